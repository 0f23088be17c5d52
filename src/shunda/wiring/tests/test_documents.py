"""Documents as PDF, from real orders."""

import io
import re

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from shunda.accounts.tests.builders import actor, user
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.orders import actions as orders
from shunda.orders.tests.builders import AT
from shunda.web.documents.codes import symbols
from shunda.wiring.documents import DOCUMENTS, export
from shunda.wiring.tests import paperwork as papers

pytestmark = pytest.mark.django_db


def text(name, *pks, language="zh-hans", by=papers.BY):
    """The words of a document, as a reader of its PDF finds them, without line breaks and with single blanks."""
    response = export(DOCUMENTS[name], pks, by=by, at=AT, language=language)
    assert response.content.startswith(b"%PDF")
    pages = PdfReader(io.BytesIO(response.content)).pages
    return len(pages), re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.req("R026", "R027", "R062")
def test_the_sales_order_has_lines_totals_capitals_and_places_to_sign_in_both_languages():
    papers.company()
    made = papers.order()
    pages, chinese = text("sales-order", made.pk)
    assert pages == 1
    for words in (
        "销售订单", made.number, "上海顺达商贸有限公司", "杭州西湖机电设备有限公司", "深沟球轴承", "6200-2RS", "含税单价",
        "12.50", "270.00", "-45.00", "¥885.00", "捌佰捌拾伍元整", "购方（签字盖章）", "供方（签字盖章）", "木箱，防潮",
        "1202022209900123456", "2026-05-20", "第 1 页 / 共 1 页",
    ):  # fmt: skip
        assert words in chinese, words
    _pages, english = text("sales-order", made.pk, language="en")
    for words in (
        "Sales order", "Shanghai Shunda Trading Co., Ltd.", "Deep groove ball bearing", "Unit price with tax",
        "¥885.00", "Chinese yuan eight hundred eighty-five only", "捌佰捌拾伍元整", "20 May 2026", "Page 1 of 1",
    ):  # fmt: skip
        assert words in english, words


@pytest.mark.req("R064")
def test_the_order_confirmation_says_what_is_promised_and_only_once_it_is():
    made = papers.order()
    _pages, chinese = text("order-confirmation", made.pk)
    for words in ("订单确认", made.number, "确认日期", "感谢您的订购"):
        assert words in chinese, words
    _pages, english = text("order-confirmation", made.pk, language="en")
    for words in ("Order confirmation", "Confirmed on", "Thank you for your order"):
        assert words in english, words
    orders.cancel([made.pk], "wrong", by=papers.BY, at=AT).one()
    with pytest.raises(Refused):
        text("order-confirmation", made.pk)


def test_prices_without_tax_add_up_from_the_lines_to_the_total():
    made = papers.order(prices_include_tax=False)
    _pages, english = text("sales-order", made.pk, language="en")
    for words in ("Unit price without tax", "Goods without tax 830.00", "Net 885.00", "Tax 111.05", "Total ¥996.05"):
        assert words in english, words


@pytest.mark.req("R026")
def test_sixty_lines_go_over_pages_with_the_heads_on_each():
    made = papers.order(60)
    pages, chinese = text("sales-order", made.pk)
    assert pages == 3
    assert chinese.count("产品名称及规格型号") == 3
    assert chinese.count("（续）") == 2
    assert "第 3 页 / 共 3 页" in chinese
    assert all(f"BRG-{6200 + n}" in chinese for n in range(60))


def test_several_documents_in_one_file_count_their_own_pages():
    first, second = papers.order(40), papers.order(2, "SKF")
    pages, chinese = text("sales-order", first.pk, second.pk)
    assert pages == 3
    assert "第 2 页 / 共 2 页" in chinese
    assert "第 1 页 / 共 1 页" in chinese
    assert chinese.count("（续）") == 1


def test_a_draft_and_a_cancelled_order_say_so_across_the_page():
    made = papers.order()
    orders.cancel([made.pk], reason="customer withdrew", by=papers.BY, at=AT).one()
    assert "作废" in text("sales-order", made.pk)[1]


@pytest.mark.req("R143")
def test_the_papers_of_a_shipment_say_what_lies_where_what_is_in_it_and_what_was_received():
    papers.company()
    made = papers.order()
    shipment = papers.signed(made)
    _pages, pick = text("pick-list", shipment.pk)
    assert pick.index("A-01-1") < pick.index("A-01-2") < pick.index("A-01-3")
    assert "加急" in pick
    _pages, packing = text("packing-list", shipment.pk)
    for words in ("装箱单", "SF1029384756", "顺丰速运", "60 件", made.number):
        assert words in packing, words
    _pages, receipt = text("delivery-receipt", shipment.pk)
    for words in ("签收单", "10 件 7 2 1", "20 件 20 0 0", "数量相符", "王师傅", "两件划伤，一件缺失"):
        assert words in receipt, words


@pytest.mark.req("R140")
def test_the_delivery_confirmation_letter_is_signed_by_the_customer_before_large_goods_leave():
    order = papers.order()
    shipment = papers.shipment(order)
    pages, chinese = text("delivery-letter", shipment.pk)
    assert pages == 1
    for words in (
        "配送确认函", shipment.number, order.number, "致 杭州西湖机电设备有限公司", "深沟球轴承", "木箱，防潮", "客户（签字盖章）",
        "叉车", "约定的送货日期和时间",
    ):  # fmt: skip
        assert words in chinese, words
    _pages, english = text("delivery-letter", shipment.pk, language="en")
    for words in (
        "Delivery confirmation letter",
        "Ready at the site",
        "Forklift, crane",
        "Customer (signature and seal)",
    ):
        assert words in english, words


def test_an_unsigned_receipt_leaves_everything_open():
    shipment = papers.shipment(papers.order())
    _pages, receipt = text("delivery-receipt", shipment.pk, language="en")
    assert "10 piece No." not in receipt
    assert "We have received the goods above" in receipt
    assert "王师傅" not in receipt


@pytest.mark.req("R160", "R173")
def test_settlement_and_invoice_print_show_what_is_to_pay():
    papers.company()
    made = papers.paperwork()
    _pages, settlement = text("settlement", made.settlement.pk)
    assert made.settlement.number in settlement
    assert f"¥{made.settlement.total:,.2f}" in settlement
    assert "应付余额（大写）" in settlement
    _pages, invoice = text("invoice", made.invoice.pk)
    for words in ("增值税普通发票", "草稿", "运费", f"¥{made.invoice.gross:,.2f}", "捌佰捌拾伍元整", "价税合计"):
        assert words in invoice, words


@pytest.mark.req("R044", "R173")
def test_a_credit_note_prints_what_is_taken_back_below_zero():
    papers.company()
    note = papers.credited(papers.paperwork())
    _pages, chinese = text("credit-note", note.pk)
    for words in ("红字增值税普通发票", note.number, note.invoice.number, "一件有划痕", f"-¥{note.gross:,.2f}", "负"):
        assert words in chinese, words
    _pages, english = text("credit-note", note.pk, language="en")
    for words in ("Credit note to an ordinary VAT invoice", "Takes back invoice", "minus", "-1 "):
        assert words in english, words
    event = Event.objects.get(kind="credit_note.pdf", data__language="en")
    assert (event.order_id, event.subject_id) == (note.order_id, note.pk)


def test_a_character_no_font_has_and_a_damaged_signature_do_not_stop_a_document():
    made = papers.order(note="Deliver to 𠮷野 😀\x07 please")
    assert "Deliver to 〓野 〓 please" in text("sales-order", made.pk)[1]


@pytest.mark.req("R226")
def test_each_export_is_on_the_timeline_and_only_for_who_may_see_the_row():
    made = papers.order()
    text("sales-order", made.pk, language="en")
    event = Event.objects.get(kind="order.pdf")
    assert (event.order_id, event.actor) == (made.pk, papers.BY.name)
    assert event.data == {"document": "sales-order", "language": "en"}
    with pytest.raises(NotPermitted):
        text("sales-order", made.pk, by=actor("pricing.view_pricelist"))
    with pytest.raises(Refused):
        text("sales-order", made.pk, by=actor("orders.view_order", reach="own"))
    assert Event.objects.filter(kind="order.pdf").count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "sales-order",
        "order-confirmation",
        "pick-list",
        "packing-list",
        "delivery-letter",
        "delivery-receipt",
        "settlement",
        "invoice",
        "credit-note",
    ],
)
def test_the_number_of_queries_does_not_grow(name, django_assert_num_queries):
    made = papers.paperwork(2)
    known = {
        "sales-order": made.order,
        "order-confirmation": made.order,
        "settlement": made.settlement,
        "invoice": made.invoice,
    }
    pk = papers.credited(made).pk if name == "credit-note" else known.get(name, made.shipment).pk
    with django_assert_num_queries(6, exact=False):
        DOCUMENTS[name].papers([pk], private=True)
    with translation.override("en"):
        assert DOCUMENTS[name].papers([pk], private=True)[0]["number"]


def test_pages_and_api_give_the_file():
    made = papers.order()
    client = Client()
    client.force_login(user("printer", "orders.view_order"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(f"/orders/{made.pk}/pdf?language=en")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f"inline; filename*=UTF-8''Sales%20order%20{made.number}.pdf"
    assert client.get(f"/documents/sales-order/pdf?id={made.pk}").status_code == 200
    assert client.get("/documents/sales-order/pdf").status_code == 409
    assert client.get("/orders/999999/pdf").status_code == 404
    assert client.get("/invoices/1/pdf").status_code == 403
    answer = client.get(f"/api/v1/orders/{made.pk}/pdf?language=en")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client.get("/api/v1/orders/999999/pdf").status_code == 404
    assert client.get(f"/api/v1/orders/{made.pk}/pdf?language=xx").status_code == 422


@pytest.mark.req("R076")
def test_phones_and_accounts_are_masked_for_who_does_not_need_them():
    made = papers.paperwork()
    for name, pk in (("sales-order", made.order.pk), ("settlement", made.settlement.pk), ("invoice", made.invoice.pk)):
        watcher = actor(DOCUMENTS[name].permission)
        _pages, english = text(name, pk, by=watcher, language="en")
        assert "1202022209900123456" not in english, name
        assert "13800138000" not in english, name
        assert "0571-88880000" not in english, name
        assert "3456" in english, name
    keeper = actor(DOCUMENTS["delivery-receipt"].permission)
    assert "13800138000" in text("delivery-receipt", made.shipment.pk, by=keeper)[1]


def test_barcodes_are_code_128_with_their_check_symbol():
    # read back by an independent decoder when written down
    assert symbols("SH20240506001") == [104, 51, 40, 99, 20, 24, 5, 6, 0, 100, 17, 20, 106]
    assert symbols("1234") == [105, 12, 34, 82, 106]


def test_the_transport_mode_is_said_in_words_and_a_wish_in_own_words_stays():
    assert "零担运输" in text("sales-order", papers.order(transport_mode="ltl").pk)[1]
    assert "随船托运" in text("sales-order", papers.order(code="SKF", transport_mode="随船托运").pk)[1]
