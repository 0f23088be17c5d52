"""Editing rows that have no machine: each row its own values, the event says what changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts.models import User
from shunda.core.actor import system
from shunda.core.batch import Batch
from shunda.core.models import Event

AT = datetime(2026, 5, 6, 9, tzinfo=ZoneInfo("Asia/Shanghai"))

pytestmark = pytest.mark.django_db


def test_each_row_takes_its_own_values_and_its_event_tells_old_and_new():
    a, b = (User.objects.create(username=name, name=name) for name in "ab")
    batch = Batch(User.objects.all(), [a.pk, b.pk], None, "user.edit")
    for row in batch:
        batch.amend(row, {"name": row.name.upper(), "email": ""})
    done = batch.commit(by=system(), at=AT).done
    assert [(row.name, row.version) for row in done] == [("A", 2), ("B", 2)]
    assert list(User.objects.order_by("pk").values_list("name", "version")) == [("A", 2), ("B", 2)]
    assert [e.data for e in Event.objects.filter(kind="user.edit").order_by("id")] == [
        {"changes": {"name": ["a", "A"]}},
        {"changes": {"name": ["b", "B"]}},
    ]


def test_a_stale_edit_is_refused():
    a = User.objects.create(username="a", name="a", version=3)
    batch = Batch(User.objects.all(), [a.pk, 999], None, "user.edit", versions={a.pk: 2})
    assert [(r.id, r.code) for r in batch.refused] == [(999, "not-found"), (a.pk, "stale")]
