"""Files of orders: every line ends in an order, in a return, or in the report with its reason."""

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, region
from shunda.catalog.models import Product
from shunda.catalog.tests.builders import conversion, unit
from shunda.channels import booking, files, report, verify
from shunda.channels.models import Finding, ImportedReturn, ImportRun, StagedLine
from shunda.channels.tests.builders import AT, HEAD, RETAIL_HEAD, file, reasons, run, world
from shunda.core.actor import system
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db
MAY = [f"channels.{move}_import" for move in ("create", "start", "discard")]


@pytest.fixture(autouse=True)
def _world():
    world()


def retail(*rows):
    return RETAIL_HEAD + "".join(f"{row}\n" for row in rows)


SALE = "536365,85123A,LIGHT HOLDER,6,2010-12-01 08:26:00,2.555,17850,United Kingdom"
SECOND = "536365,71053,LANTERN,2,2010-12-01 08:26:00,3.39,17850,United Kingdom"


def test_an_invoice_becomes_an_order_of_its_day_with_its_prices_and_its_customer(tmp_path):
    done = run(
        file(tmp_path, retail(SALE, SECOND, "536365,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850,United Kingdom"))
    )
    order = Order.objects.get()
    assert (order.external_number, order.shop, order.currency) == ("536365", "online-retail", "GBP")
    assert order.order_date == date(2010, 12, 1)
    assert order.customer.code == "17850"
    assert order.customer.country == "GB"
    assert order.freight == 18
    lines = order.lines.order_by("line_no").values_list("sku__code", "quantity", "unit_price", "net")
    assert list(lines) == [
        ("85123A", 6, Decimal("2.555"), Decimal("15.33")),
        ("71053", 2, Decimal("3.39"), Decimal("6.78")),
    ]
    assert done.imported.amount == done.whole.amount == Decimal("40.11")
    assert list(verify.check()) == []


def test_a_cancellation_becomes_a_return(tmp_path):
    rows = ["C536379,85123A,LIGHT HOLDER,-6,2010-12-01 09:41:00,2.55,17850,United Kingdom",
            "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,17850,United Kingdom"]  # fmt: skip
    done = run(file(tmp_path, retail(*rows)))
    back = ImportedReturn.objects.get()
    assert (back.number, back.amount, back.returned_on) == ("C536379", Decimal("42.80"), date(2010, 12, 1))
    assert [(line.kind, line.quantity) for line in back.lines.order_by("row")] == [("goods", 6), ("discount", 1)]
    assert done.part("return").amount == Decimal("-42.80")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",A-1,2,,9.90,,,C1,,", "no-reference"),
        ("X" * 61 + ",A-1,2,,9.90,,,C1,,", "reference-too-long"),
        ("1,,2,,9.90,,,C1,,", "no-sku"),
        ("1,NOPE,2,,9.90,,,C1,,", "unknown-sku"),
        ("1,A-1,two,,9.90,,,C1,,", "not-a-number"),
        ("1,A-1,,,9.90,,,C1,,", "not-a-number"),
        ("1,A-1,0.00001,,9.90,,,C1,,", "too-precise"),
        ("1,A-1,0,,9.90,,,C1,,", "quantity-zero"),
        ("1,A-1,-1,,9.90,,,C1,,", "negative-sale"),
        ("1,A-1,2,,cheap,,,C1,,", "not-a-number"),
        ("1,A-1,2,,-9.90,,,C1,,", "price-negative"),
        ("1,A-1,2,,9.9000001,,,C1,,", "too-precise"),
        ("1,A-1,2,,9.90,lots,,C1,,", "not-a-discount"),
        ("1,A-1,2,,9.90,101%,,C1,,", "not-a-discount"),
        ("1,A-1,2,sack,9.90,,,C1,,", "unknown-unit"),
        ("1,A-1,2,,9.90,,yesterday,C1,,", "not-a-date"),
        ("1,A-1,2,,9.90,,2024-02-30,C1,,", "not-a-date"),
        ("1,A-1,2,,9.90,,,C1,soon,", "not-a-date"),
        ("1,A-1,2,,9.90,,,NOBODY,,", "unknown-customer"),
        ("1,A-1,2,,9.90,,,,,", "no-customer"),
        ("1,A-1,1.5,,9.90,,,C1,,", "orders.quantity-fraction"),
        ("1,A-1,99999999999,,9.90,,,C1,,", "orders.quantity-too-large"),
    ],
)
def test_a_faulty_line_is_reported_with_its_reason_and_nothing_is_booked(tmp_path, row, why):
    done = run(file(tmp_path, HEAD + row + "\n"))
    assert reasons(done) == {2: why}
    assert done.errors >= 1
    assert not Order.objects.exists()


def test_all_errors_of_all_rows_are_found_at_once_and_the_invoice_stays_out_whole(tmp_path):
    rows = "1,A-1,two,,cheap,,,C1,,\n1,A-1,2,,9.90,,,C1,,\n2,A-1,1,,9.90,,,C1,,\n\n3,NOPE,1,,9.90,,,NOBODY,,\n"
    done = run(file(tmp_path, HEAD + rows), preview=True)
    found = [(f.row, f.column) for f in Finding.objects.filter(run=done.run, error=True).order_by("row", "column")]
    assert found == [(2, "price"), (2, "quantity"), (6, "customer"), (6, "sku")]
    assert reasons(done) == {2: "not-a-number", 3: "not-made", 6: "unknown-sku"}
    assert done.part("").lines == 1
    assert not Order.objects.exists()
    assert list(done.findings(1)) == [(2, "quantity", "“two” is not a number.")]


def test_what_is_wrong_with_an_invoice_as_a_whole_is_reported(tmp_path):
    rows = [
        "1,A,x,1,2010-12-01 08:26:00,1,17850,France", "1,A,x,2,2010-12-01 08:26:00,1,13047,France",
        "2,A,x,1,2010-12-01 08:26:00,0,,France",
        "3,POST,x,1,2010-12-01 08:26:00,1,17850,France",
        "4,BANK CHARGES,x,1,2010-12-01 08:26:00,15,17850,France",
        "C5,A,x,1,2010-12-01 08:26:00,1,17850,France",
    ]  # fmt: skip
    done = run(file(tmp_path, retail(*rows)))
    assert reasons(done) == {
        2: "customers-differ",
        3: "not-made",
        4: "no-sale",
        5: "no-goods",
        6: "fee",
        7: "positive-return",
    }
    assert done.imported.lines == 0


def test_repeated_lines_and_lines_without_a_price_come_in_with_a_note_and_without_a_customer_they_are_walk_in(tmp_path):
    rows = ["9,A,x,1,2010-12-01 08:26:00,2,,France"] * 2 + ["9,E,x,1,2010-12-01 08:27:00,0,,France"]
    done = run(file(tmp_path, retail(*rows)))
    assert done.part("order").lines == 3
    notes = Finding.objects.filter(run=done.run).order_by("row").values_list("row", "code", "error")
    assert set(notes) == {
        (2, "channels.dates-differ", False),
        (3, "channels.repeated", False),
        (4, "channels.free", False),
    }
    assert Order.objects.get().customer.code == "WALK-IN"


def test_repeated_lines_are_reported_where_the_mapping_says_so(tmp_path):
    mapping = files.resolve_mapping("standard").as_dict() | {"duplicates": "report"}
    done = run(file(tmp_path, HEAD + "1,A-1,2,,9.90,,,C1,,\n" * 2), mapping=mapping)
    assert reasons(done) == {2: "not-made", 3: "repeated"}


def test_what_people_write_is_understood(tmp_path):
    dozen = unit("dozen")
    conversion(dozen, unit("pc"), 12)
    rows = [
        "1,a-1,２,打,\"1,234.50\",5%,2024年5月1日,c1,2024/6/1,hello",
        "2,6901234567892,1e2,,¥3,0.1,20240501,C1,45444,",
    ]  # fmt: skip
    done = run(file(tmp_path, HEAD + "\n".join(rows)))
    assert done.imported.lines == 2, reasons(done)
    first, second = OrderLine.objects.order_by("order_id").select_related("order")
    assert (first.quantity, first.base_quantity, first.unit_price) == (2, 24, Decimal("1234.5"))
    assert (first.discount_rate, first.order.wanted_date, first.order.note) == (
        Decimal("0.05"),
        date(2024, 6, 1),
        "hello",
    )
    assert (second.quantity, second.unit_price, second.order.wanted_date) == (100, 3, date(2024, 6, 1))


def test_a_second_run_imports_nothing_twice(tmp_path):
    path = file(tmp_path, retail(SALE, SECOND, "C1,85123A,x,-1,2010-12-02 09:41:00,2.55,17850,United Kingdom"))
    run(path)
    again = run(path)
    assert (again.imported.lines, again.part("before").lines) == (0, 3)
    assert (Order.objects.count(), ImportedReturn.objects.count()) == (1, 1)
    assert list(verify.check()) == []


def test_an_interrupted_import_leaves_whole_invoices_and_a_second_run_completes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(booking, "CHUNK_LINES", 2)
    rows = [f"{n},A,x,{k},2010-12-01 08:26:00,1,17850,France" for n in range(6) for k in (1, 2)]
    path, booked = file(tmp_path, retail(*rows)), booking._book_orders

    def fails_later(*args, **options):
        booked(*args, **options)
        if Order.objects.count() == 3:
            raise ConnectionError

    monkeypatch.setattr(booking, "_book_orders", fails_later)
    with pytest.raises(ConnectionError):
        run(path)
    assert [order.lines.count() for order in Order.objects.all()] == [2, 2]
    monkeypatch.setattr(booking, "_book_orders", booked)
    done = run(path)
    assert (done.part("before").lines, done.part("order").lines) == (4, 8)
    assert Order.objects.count() == 6
    stopped = ImportRun.objects.get(status="booking")
    files.book(stopped.pk, by=system(), at=AT)
    assert Order.objects.count() == 6
    assert report.of(stopped.pk).part("reported").lines == 8  # they came in with the other run
    assert list(verify.check()) == []


def test_excel_says_the_same_as_csv(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(RETAIL_HEAD.strip().split(","))
    book.active.append(
        [536365, "85123A", "LIGHT HOLDER", 6, datetime(2010, 12, 1, 8, 26), 2.555, 17850, "United Kingdom"]  # noqa: DTZ001  # Excel's times have no zone
    )
    book.save(tmp_path / "orders.xlsx")
    done = run(tmp_path / "orders.xlsx")
    assert done.imported.amount == Decimal("15.33")
    assert StagedLine.objects.get().ordered_at == datetime(2010, 12, 1, 0, 26, tzinfo=UTC)


def test_chinese_files_packed_files_and_other_delimiters_are_read(tmp_path):
    text = "订单号;SKU;数量;单价;客户编码\n甲1;A-1;2;9.90;C1\n"
    (tmp_path / "gbk.csv").write_bytes(text.encode("gb18030"))
    (tmp_path / "utf16.csv").write_bytes(text.replace("甲1", "甲2").encode("utf-16"))
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text.replace("甲1", "甲3").encode()))
    for name in ("gbk.csv", "utf16.csv", "packed.csv.gz"):
        assert run(tmp_path / name).imported.lines == 1
    assert list(Order.objects.order_by("pk").values_list("external_number", flat=True)) == ["甲1", "甲2", "甲3"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty-file"),
        (b"\n\n", "empty-file"),
        (HEAD.encode(), "empty-file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no-spreadsheet"),
        (b"%PDF-1.4\n", "no-mapping"),
        (b"first name,last name\nAda,Lovelace\n", "no-mapping"),
        (b"PK\x03\x04broken", "broken-file"),
        (gzip.compress(HEAD.encode(), mtime=0)[:20], "broken-file"),
        (HEAD.encode() + b"\xff\xff\xff\xff\n", "broken-encoding"),
        (HEAD.encode() + b'"' + b"x" * 200_000, "row-too-long"),
    ],
)
def test_what_is_no_table_of_orders_is_refused_and_leaves_no_lines(tmp_path, content, why):
    (tmp_path / "orders.csv").write_bytes(content)
    with pytest.raises(Refused) as refused:
        run(tmp_path / "orders.csv")
    assert refused.value.refusals[0].code == f"channels.{why}"
    assert ImportRun.objects.get().status == "failed"
    assert not StagedLine.objects.exists()


def test_columns_that_are_missing_or_stand_twice_are_named(tmp_path):
    with pytest.raises(Refused) as refused:
        run(file(tmp_path, "order number,SKU,SKU,quantity\n1,A-1,A-1,2\n"), mapping="standard")
    said = [(r.code, r.data["where"]) for r in refused.value.refusals]
    assert said == [("channels.column-twice", "sku"), ("channels.column-missing", "price")]
    with pytest.raises(Refused) as refused:
        run(file(tmp_path, HEAD), mapping="nosuch")
    assert refused.value.refusals[0].code == "channels.unknown-mapping"


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    from shunda.channels import reading

    monkeypatch.setattr(reading, "UNPACKED_LIMIT", 1000)
    book = openpyxl.Workbook()
    book.active.append(["x" * 100])
    written = io.BytesIO()
    book.save(written)
    (tmp_path / "bomb.xlsx").write_bytes(written.getvalue())
    with pytest.raises(Refused) as refused:
        run(tmp_path / "bomb.xlsx")
    assert refused.value.refusals[0].code == "channels.too-large"


def test_only_who_may_imports_and_only_into_what_he_sees(tmp_path):
    path = file(tmp_path, HEAD + "1,A-1,2,,9.90,,,C1,,\n2,A-1,2,,9.90,,,C2,,\n")
    with pytest.raises(NotPermitted):
        run(path, by=actor("orders.create_order"))
    east = region()
    customer("C2", region=east)
    clerk = actor(*MAY, "orders.create_order", reach="region", regions=[east])
    done = run(path, by=clerk)
    assert reasons(done) == {2: "unknown-customer"}
    assert Order.objects.get().customer.code == "C2"
    other = files.receive("x.csv", by=actor(*MAY), at=AT)
    ImportRun.objects.filter(pk=other.pk).update(status="received")
    refused = files.discard([other.pk], by=clerk, at=AT).refused
    assert refused[0].code == "not-found"


def test_who_may_not_create_products_or_customers_gets_them_reported(tmp_path):
    clerk = actor(*MAY, "orders.create_order")
    customer("WALK-IN", term="prepaid")
    done = run(file(tmp_path, retail(SALE)), by=clerk)
    assert reasons(done) == {2: "cannot-create"}
    assert not Product.objects.filter(code="85123A").exists()
    assert not Customer.objects.filter(code="17850").exists()


def test_a_run_is_booked_once_and_a_discarded_one_never(tmp_path):
    path = file(tmp_path, HEAD + "1,A-1,2,,9.90,,,C1,,\n")
    checked = run(path, preview=True).run
    assert checked.status == "checked"
    gone = files.discard([checked.pk], by=system(), at=AT).one()
    assert gone.status == "discarded"
    assert not StagedLine.objects.exists()
    for move in (files.start, files.discard):
        assert move([checked.pk], by=system(), at=AT).refused[0].code == "wrong-status"
    files.book(checked.pk, by=system(), at=AT)
    assert not Order.objects.exists()
    done = run(path).run
    assert done.status == "done"
    for move in (files.start, files.discard):
        assert move([done.pk], by=system(), at=AT).refused[0].code == "wrong-status"


def test_as_many_queries_for_many_invoices_as_for_one(tmp_path):
    def count(name, invoices):
        rows = [f"{name}{n},A-1,2,,9.90,,,C1,," for n in range(invoices)]
        path = file(tmp_path, HEAD + "\n".join(rows))
        with CaptureQueriesContext(connection) as captured:
            run(path)
        return len(captured)

    count("warm", 1)
    assert count("a", 1) == count("b", 40)


def test_the_report_is_a_file_that_can_be_corrected_in_the_language_of_the_reader(tmp_path):
    from django.utils import translation

    done = run(file(tmp_path, HEAD + "1,=1+1,-2,,-3.5,,,C1,,\n"))
    with translation.override("zh-hans"):
        made = report.as_csv(done.run.pk)
    text = "".join(made)
    assert text.startswith("\ufeff行,原因,")
    assert "'=1+1,,-2,,-3.5," in text


@pytest.mark.parametrize("preview", [True, False])
def test_the_progress_of_an_import_ends_where_it_is_whole(tmp_path, preview):
    told = []
    run(file(tmp_path, retail(SALE, SECOND)), preview=preview, progress=lambda *at: told.append(at))
    assert told[-1][0] == told[-1][1] > 0
