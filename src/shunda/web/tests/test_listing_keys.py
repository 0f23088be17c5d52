"""Pages by key."""

from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.web.listing import Keyset

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", [["date_joined", "id"], ["-date_joined", "-id"]])
def test_rows_of_the_same_microsecond_are_each_on_one_page(order):
    ids = [user(f"u{n}").pk for n in range(5)]
    rows = User.objects.filter(pk__in=ids)
    rows.update(date_joined=datetime(2026, 11, 23, 3, 23, 32, 694861, tzinfo=UTC))
    seen, url = [], "?"
    while url and len(seen) < 9:
        found = Keyset(rows, RequestFactory().get(f"/{url}"), order=order, per_page=2)
        seen += [row.pk for row in found]
        url = found.next_url
    assert seen == (ids if order[-1] == "id" else ids[::-1])
    assert found.previous_url
    back = Keyset(rows, RequestFactory().get(f"/{found.previous_url}"), order=order, per_page=2)
    assert [row.pk for row in back] == seen[2:4]
