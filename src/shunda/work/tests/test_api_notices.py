"""Notices in the API: one's own, read when one says so."""

import pytest
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.work.models import Notice

pytestmark = pytest.mark.django_db


def told(person, text):
    return Notice.objects.create(
        user=person, subject_kind="orders.order", subject_id=7, label="SO1", text=text, said_by="Wang",
        said_at=timezone.now(),
    )  # fmt: skip


def test_ones_own_notices_are_listed_and_read_and_nobody_elses(client):
    me, other = user("me"), user("other")
    first, second, foreign = told(me, "look"), told(me, "and here"), told(other, "not yours")
    client.force_login(me)

    def texts(query=""):
        return [row["text"] for row in client.get(f"/api/v1/notices{query}").json()["items"]]

    assert texts() == ["and here", "look"]
    body = {"items": [{"id": first.pk}, {"id": foreign.pk}]}
    answer = client.post("/api/v1/notices/read", body, content_type="application/json").json()
    assert [row["id"] for row in answer["done"]] == [first.pk]
    assert answer["done"][0]["read_at"]
    assert [row["id"] for row in answer["refused"]] == [foreign.pk]
    assert (texts("?unread=true"), texts("?unread=false")) == (["and here"], ["look"])
    foreign.refresh_from_db()
    assert (second.read_at, foreign.read_at) == (None, None)
    only = {"items": [{"id": foreign.pk}]}
    assert client.post("/api/v1/notices/read", only, content_type="application/json").status_code == 404
