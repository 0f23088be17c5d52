"""The pages of prices."""

import io
import re
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.pricing.models import Price, PriceList
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
ALL = ("pricing.view_pricelist", "pricing.create_pricelist", "pricing.edit_pricelist")


def client(*permissions, **fields):
    made = Client()
    made.force_login(
        user("priya", *(permissions or ALL), **fields), backend="django.contrib.auth.backends.ModelBackend"
    )
    return made


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("prices.xlsx", out.getvalue())


def test_lists_and_their_prices_are_shown_to_who_may_see_them(django_assert_max_num_queries):
    for n in range(3):
        price_list(f"L{n}", [(sku(f"A-{n}"), 10 + n)])
    own = price_list("OWN", customer=customer("C1"))
    page = client("pricing.view_pricelist").get("/prices/")
    assert all(name in page.content.decode() for name in ("List L0", "List L1", "List L2", "List OWN"))
    assert "New price list" not in page.content.decode()
    detail = client_of(page).get(f"/prices/{PriceList.objects.get(code='L1').pk}/")
    assert "A-1" in detail.content.decode()
    assert "11.00" in detail.content.decode()
    stranger = Client()
    stranger.force_login(
        user("other", "pricing.view_pricelist", reach="own"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.get(f"/prices/{own.pk}/").status_code == 404
    assert own.name not in stranger.get("/prices/").content.decode()


def client_of(response):
    return response.client


def test_a_list_is_made_and_changed_with_refusals_beside_the_fields():
    browser = client()
    form = {"code": "Y24", "name": "Year 2024", "currency": "CNY", "valid_from": "2024-01-01", "includes_tax": "on"}
    crossed = browser.post("/prices/new/", {**form, "valid_until": "2023-01-01"})
    assert crossed.status_code == 422
    assert "before it starts" in crossed.content.decode()
    assert browser.post("/prices/new/", form).status_code == 302
    made = PriceList.objects.get(code="Y24")
    edited = {**form, "name": "The year 2024", "version": "1", "active": "on"}
    assert browser.post(f"/prices/{made.pk}/edit/", edited).status_code == 302
    stale = browser.post(f"/prices/{made.pk}/edit/", {**edited, "name": "Another"})
    assert stale.status_code == 422
    assert PriceList.objects.get(code="Y24").name == "The year 2024"


def test_a_spreadsheet_becomes_prices():
    sku("A-1")
    sku("B-2", barcode="6901234567892")
    made = price_list("L1")
    rows = [
        ("SKU编码", "名称", "含税单价", "起订量", "底价"),
        ("A-1", "x", 9.99, 10, 8),
        (6901234567892, "y", "1,234.5", "", ""),
    ]
    assert client().post(f"/prices/{made.pk}/upload/", {"file": xlsx(*rows)}).status_code == 302
    assert {(p.sku.code, p.min_quantity, str(p.unit_price)) for p in Price.objects.select_related("sku")} == {
        ("A-1", 10, "9.990000"), ("B-2", 0, "1234.500000"),
    }  # fmt: skip


def test_every_fault_of_an_upload_is_shown_with_its_row_and_nothing_is_kept():
    sku("A-1")
    made = price_list("L1")
    pasted = "SKU\tunit price\tfloor\nA-1\t10\t12\nNOPE\tabc\t\n\nA-1\t10\t\n"
    page = client().post(f"/prices/{made.pk}/upload/", {"text": pasted})
    text = page.content.decode()
    assert page.status_code == 422
    assert "Nothing was changed: 4 faults to mend." in text
    for words in (
        "the floor 12 is above the unit price 10",
        "there is no SKU “NOPE”",
        "unit price “abc” is not a number",
    ):
        assert words in text
    assert not Price.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"file": SimpleUploadedFile("p.xlsx", b"PK\x03\x04 broken")}, "cannot be read"),
        ({"file": SimpleUploadedFile("p.csv", b"\x00\x01\x02\xff")}, "cannot be read"),
        ({"file": SimpleUploadedFile("p.csv", b"a,b\n1,2\n")}, "must name the columns"),
        ({"file": SimpleUploadedFile("p.csv", b"")}, "empty"),
        ({"text": ""}, "Choose a file or paste rows."),
        ({"text": "SKU,price\n"}, "no prices in it"),
    ],
)
def test_what_is_no_price_sheet_is_told_so(sent, words):
    made = price_list("L1")
    page = client().post(f"/prices/{made.pk}/upload/", sent)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_download_is_logged_and_reads_back():
    made = price_list("L1", [(sku("A-1"), "9.5", 10, 8), (sku("=B"), 1)])
    browser = client()
    sheet = browser.get(f"/prices/{made.pk}/prices.csv")
    assert "'=B" in sheet.content.decode("utf-8-sig")
    assert Event.objects.get(kind="price_list.export").actor == "Priya"
    Price.objects.filter(sku__code="=B").delete()
    data = sheet.content.decode("utf-8-sig").replace("'=B,1,0,\r\n", "")
    file = SimpleUploadedFile("p.csv", data.encode("gb18030"))
    assert browser.post(f"/prices/{made.pk}/upload/", {"file": file, "replace": "on"}).status_code == 302
    assert Price.objects.get().unit_price == 9.5


def test_single_prices_are_added_and_removed():
    sku("A-1")
    made = price_list("L1")
    browser = client()
    typed = {"sku": "a-1", "unit_price": "12.5", "min_quantity": "", "floor": ""}
    assert browser.post(f"/prices/{made.pk}/price/", {**typed, "floor": "13"}).status_code == 422
    assert browser.post(f"/prices/{made.pk}/price/", typed).status_code == 302
    price = Price.objects.get()
    assert "12.5" in browser.get(f"/prices/{made.pk}/price/?price={price.pk}").content.decode()
    assert browser.post(f"/prices/{made.pk}/remove/", {"row": str(price.pk)}).status_code == 302
    assert not Price.objects.exists()


def test_a_price_somebody_else_changed_meanwhile_is_shown_beside_ones_own():
    sku("A-1")
    made = price_list("L1")
    browser = client()
    typed = {"sku": "A-1", "unit_price": "12.5", "min_quantity": "", "floor": ""}
    browser.post(f"/prices/{made.pk}/price/", typed)
    url = f"/prices/{made.pk}/price/?price={Price.objects.get().pk}"
    hidden = dict(re.findall(r'type="hidden" name="(version|seen)" value="([^"]*)"', browser.get(url).content.decode()))
    browser.post(f"/prices/{made.pk}/price/", {**typed, "unit_price": "14"})
    refused = browser.post(url, {**typed, **hidden, "min_quantity": "0", "unit_price": "13"})
    assert refused.status_code == 422
    assert ("14", "13") in re.findall(
        r"<td>(\d+)</td><td class=.is-kept.>.*?</span> (\d+)</td>", refused.content.decode()
    )
    assert Price.objects.get().unit_price == 14


def test_why_shows_the_price_its_reasons_and_what_was_looked_at():
    article = sku("A-1")
    customer("C1", grade="A")
    price_list("G", [(article, 10), (article, 9, 100)])
    price_list("OLD", [(article, 5)], valid_until=date(2024, 1, 31))
    price_list("A", [(article, 8)], grade="A")
    price_list("X", [(article, 1)], customer=customer("C2"))
    browser = client("pricing.view_pricelist")
    asked = {"customer": "C1", "sku": "A-1", "quantity": "5", "on": "2024-05-06", "includes_tax": "on"}
    text = browser.get("/prices/why/", asked).content.decode()
    for words in (
        "CNY 8.00", "for customers of grade A", "this one counts", "the quantity is too small for it",
        "no longer valid on that day", "a more particular or newer price counts",
    ):  # fmt: skip
        assert words in text, words
    assert "List X" not in text
    assert "is not known" in browser.get("/prices/why/", {**asked, "sku": "NOPE"}).content.decode()


def test_who_may_not_edit_is_told_so():
    made = price_list("L1")
    browser = client("pricing.view_pricelist")
    assert browser.get(f"/prices/{made.pk}/edit/").status_code == 403
    assert browser.post(f"/prices/{made.pk}/remove/").status_code == 403


@pytest.mark.parametrize("rows", [1, 40])
def test_the_number_of_queries_does_not_grow(rows, django_assert_max_num_queries):
    made = price_list("L1", [(sku(f"A-{n}"), 5) for n in range(rows)])
    browser = client()
    browser.get("/prices/")
    with django_assert_max_num_queries(9):
        browser.get(f"/prices/{made.pk}/")
