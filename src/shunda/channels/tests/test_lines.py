"""Orders of a file, one in each line, are placed; a second time nothing is."""

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.channels import jobs, queries
from shunda.channels.lines import is_lines, place_lines
from shunda.channels.models import ImportRun
from shunda.channels.placing import Interrupted
from shunda.core.actor import system
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import feed
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list
from shunda.wiring.reactions import inline

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
    assert is_lines(orders.name)
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


@pytest.fixture
def web():
    client = Client()
    client.force_login(user("clerk", "*"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(web, file, name="orders.ndjson.gz"):
    with inline():
        web.post(reverse("channels:upload"), {"file": SimpleUploadedFile(name, file.read_bytes()), "mapping": ""})
    return ImportRun.objects.latest("pk")


def started(web, run):
    with inline():
        web.post(reverse("channels:start", args=[run.pk]), {"version": run.version})
    run.refresh_from_db()
    return run


@pytest.mark.req("R019")
def test_a_file_of_lines_sent_in_by_the_page_is_looked_at_first_and_then_placed(web, orders):
    run = sent(web, orders)
    page = reverse("channels:detail", args=[run.pk])
    assert (run.status, run.total, run.summary["open"]["lines"], run.summary["errors"]) == ("checked", 4, 3, 1)
    assert "JSON" in web.get(page).content.decode()
    assert not Order.objects.exists()
    run = started(web, run)
    assert (run.status, run.done) == ("done", 4)
    assert {name: part["lines"] for name, part in run.summary.items() if isinstance(part, dict)} == {
        "order": 2, "reported": 2,
    }  # fmt: skip
    assert list(Order.objects.order_by("pk").values_list("status", "external_number")) == [
        ("confirmed", ""), ("confirmed", "E-1")
    ]  # fmt: skip
    first = queries.findings_of(run.pk)[0]
    assert (first.row, first.column) == (2, "=own")
    shown = web.get(page).content.decode()
    assert "NOPE" in shown
    report = b"".join(web.get(reverse("channels:report", args=[run.pk])).streaming_content).decode()
    assert report.splitlines()[1].startswith("2,")
    assert "'=own" in report
    again = started(web, sent(web, orders))
    assert (again.summary["before"]["lines"], Order.objects.count()) == (2, 2)
    assert "2 placed before" in web.get(reverse("channels:detail", args=[again.pk])).content.decode()


def test_a_run_that_the_database_left_in_the_middle_is_gone_on_with(web, orders, monkeypatch):
    run = sent(web, orders)
    with monkeypatch.context() as broken:
        broken.setattr(feed.intake.PLACING, "_run", lambda calls: [OperationalError("gone")] * len(calls))
        with pytest.raises(Interrupted):
            started(web, run)
    jobs.book([run.pk], AT)
    run.refresh_from_db()
    assert (run.status, run.summary["order"]["lines"], len(queries.findings_of(run.pk))) == ("done", 2, 2)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.ndjson", b"\n\n", "channels.empty-file"),
        ("a.jsonl.gz", gzip.compress(b"{}\n", mtime=0)[:-9], "channels.broken-file"),
    ],
)
def test_a_file_without_orders_or_damaged_is_not_read(web, tmp_path, name, text, code):
    (tmp_path / name).write_bytes(text)
    run = sent(web, tmp_path / name, name)
    assert (run.status, run.error["code"]) == ("failed", code)


def test_who_may_not_place_orders_is_told_so(orders):
    client = Client()
    clerk = user("li", "channels.create_import")
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    run = sent(client, orders)
    assert (run.status, run.error["code"]) == ("failed", "channels.may-not-place")
