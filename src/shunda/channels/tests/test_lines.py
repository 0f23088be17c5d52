"""Orders of a file, one in each line, are placed; a second time nothing is."""

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.utils import translation

from shunda.catalog.tests.builders import sku
from shunda.channels.lines import is_lines, place_lines
from shunda.core.actor import system
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import feed
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 6, tzinfo=UTC)
BY = system("shunda import", "import")


@pytest.fixture
def orders(tmp_path):
    article, buyer = sku(), customer()
    stock(article, warehouse(), 100)
    account(buyer, 10_000)
    price_list(prices=[(article, "9.90")])
    line = {"customer_id": buyer.pk, "invoice_kind": "ordinary", "wanted_date": "2099-01-08"}
    texts = [
        json.dumps(line | {"lines": [{"sku": code, "quantity": "3"}], **more})
        for code, more in (("A-1", {}), ("=NOPE", {"key": "=own"}), ("A-1", {"external_number": "E-1"}))
    ]
    file = tmp_path / "orders.ndjson.gz"
    file.write_bytes(gzip.compress("\n".join([*texts, "", "{"]).encode()))
    return file


@pytest.mark.req("R019")
def test_each_line_is_placed_or_reported_and_a_second_run_places_nothing(orders):
    assert is_lines(orders)
    seen, report = [], io.StringIO()
    with translation.override("en"):
        made = place_lines(orders, lambda done, total: seen.append((done, total)), report, by=BY, at=AT)
        again = place_lines(orders, by=BY, at=AT)
        assert str(made) == "2 orders placed, 0 were placed before, 2 refused."
    assert (again.placed, again.replayed, again.refused, again.why_not) == (0, 2, 2, "")
    assert [line for line, _key, _why in made.first] == [2, 5]
    assert "NOPE" in made.first[0][2]
    assert report.getvalue().splitlines()[1].startswith("2,'=own,")
    assert seen[0] == (0, 4)
    assert list(Order.objects.order_by("pk").values_list("status", "external_number")) == [
        ("confirmed", ""), ("confirmed", "E-1")
    ]  # fmt: skip


def test_where_the_database_cannot_go_on_it_ends_and_the_next_run_does_the_rest(orders, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(feed.intake.PLACING, "_run", lambda calls: [OperationalError("gone")] * len(calls))
        made = place_lines(orders, by=BY, at=AT)
    assert made.why_not
    assert not Order.objects.exists()
    assert place_lines(orders, by=BY, at=AT).placed == 2
