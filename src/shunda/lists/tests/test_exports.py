"""Files of what a list shows: exactly the rows and columns, masked as on the page, each on record."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.lists import actions, jobs, queries
from shunda.lists.models import Export, ExportPart
from shunda.lists.specs import ExportSpec
from shunda.orders.models import Order
from shunda.orders.tests.builders import order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
AT = timezone.now()
PAGE = "orders:index"
MAY = ("orders.view_order", "lists.create_export")


@pytest.fixture
def orders():
    buyer, other, article = customer("C1", name="=HYPERLINK(1)"), customer("C2"), sku("A-1")
    return [order(buyer, [(article, 2, "50")]), order(other, [(article, 1, "9.90")]), order(buyer, [(article, 1, "1")])]


def ask(by, query="", format="csv", columns=(), page=PAGE):
    return actions.export(ExportSpec(page, query, format, "en", columns), by=by, at=AT)


def rows_of(export):
    text = b"".join(queries.content(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


@pytest.mark.req("R222")
def test_a_file_has_exactly_the_rows_and_columns_of_the_list_in_its_order(orders):
    by = actor(*MAY)
    export = ask(by, "customer=C1&sort=oldest", columns=["gross", "customer_code", "customer"]).one()
    assert rows_of(export) == [
        ["Number", "Total", "Customer number", "Customer"],
        [orders[0].number, "100.00", "C1", "'=HYPERLINK(1)"],
        [orders[2].number, "1.00", "C1", "'=HYPERLINK(1)"],
    ]
    assert (export.rows, export.is_ready) == (2, True)


def test_who_did_what_and_how_many_rows_is_on_record(orders):
    by = actor(*MAY)
    export = ask(by, "customer=C1").one()
    event = Event.objects.get(kind="export.finish")
    assert (event.actor_id, event.subject_id) == (by.id, export.pk)
    assert (event.data["page"], event.data["query"], event.data["rows"]) == (PAGE, "customer=C1", 2)


def test_an_excel_file_has_numbers_and_days_and_no_formulas(orders):
    export = ask(actor(*MAY), "customer=C1&sort=oldest", "xlsx", ["gross", "order_date", "customer"]).one()
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(queries.content(export)))).active
    head, first, _second = sheet.iter_rows()
    assert [cell.value for cell in head] == ["Number", "Total", "Order date", "Customer"]
    assert first[1].value == 100
    assert first[1].number_format == '"¥"#,##0.00'
    assert first[2].value.date() == orders[0].order_date
    assert (first[3].value, first[3].data_type) == ("=HYPERLINK(1)", "s")


def test_phones_are_masked_for_those_who_may_not_see_them(orders):
    Order.objects.update(receiver_phone="13912345678")
    masked, full = actor(*MAY), actor(*MAY, "customers.view_private")
    assert rows_of(ask(masked, columns=["receiver_phone"]).one())[1][1] == "139****5678"
    assert rows_of(ask(full, columns=["receiver_phone"]).one())[1][1] == "13912345678"


def test_only_what_the_actor_sees_is_in_the_file(orders):
    assert len(rows_of(ask(actor(*MAY, reach="own")).one())) == 1


def test_a_long_list_is_a_job_that_reads_part_by_part(orders, monkeypatch):
    monkeypatch.setattr("shunda.lists.actions.exports.AT_ONCE", 2)
    monkeypatch.setattr("shunda.web.tables.AT_ONCE", 2)
    by = actor(*MAY)
    with inline() as drain:
        export = ask(by, "sort=oldest").one()
        assert export.is_running
        drain()
    export.refresh_from_db()
    assert [row[0] for row in rows_of(export)[1:]] == [row.number for row in orders]
    assert (export.is_ready, export.rows) == (True, 3)
    jobs.write([export.pk], AT)  # run again: nothing is left to do
    assert ExportPart.objects.filter(export=export).count() == 1


def test_a_job_of_somebody_who_may_no_longer_see_the_list_says_so(orders, monkeypatch):
    monkeypatch.setattr("shunda.lists.actions.exports.AT_ONCE", 2)
    by = actor(*MAY)
    with inline() as drain:
        export = ask(by).one()
        from shunda.accounts.models import Role

        Role.objects.update(permissions=[])
        drain()
    export.refresh_from_db()
    assert (export.is_ready, export.why) == (False, "You may no longer see this list.")


def test_a_job_that_breaks_says_so_and_nothing_waits_for_ever(orders, monkeypatch):
    monkeypatch.setattr("shunda.lists.actions.exports.AT_ONCE", 2)
    monkeypatch.setattr("shunda.lists.steps.write_file", lambda *a: 1 / 0)
    with inline() as drain:
        export = ask(actor(*MAY)).one()
        drain()
    export.refresh_from_db()
    assert not export.is_running
    assert "could not be written" in export.why


def test_refused_are_unknown_lists_and_columns_sheets_too_long_and_a_fourth_file_at_a_time(orders, monkeypatch):
    by = actor(*MAY)
    assert codes(ask(by, page="orders:nothing")) == ["lists.no-list"]
    assert codes(ask(actor("lists.create_export"))) == ["lists.no-list"]
    assert codes(ask(by, columns=["nothing"])) == ["lists.unknown-column"]
    monkeypatch.setattr("shunda.lists.actions.exports.EXCEL_ROWS", 2)
    assert codes(ask(by, format="xlsx")) == ["lists.too-long-for-excel"]
    for _n in range(3):
        Export.objects.create(page=PAGE, format="csv", language="en", owner_id=by.id, name="x", asked_at=AT)
    assert codes(ask(by)) == ["lists.too-busy"]
    with pytest.raises(NotPermitted):
        ask(actor("orders.view_order"))


def test_files_go_after_a_week_and_their_records_stay(orders):
    export = ask(actor(*MAY)).one()
    jobs.forget(AT + timedelta(days=6))
    assert ExportPart.objects.exists()
    jobs.forget(AT + timedelta(days=8))
    export.refresh_from_db()
    assert (ExportPart.objects.exists(), export.is_ready, export.rows) == (False, False, 3)
