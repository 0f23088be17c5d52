"""Pages on paper: what is written, without what is pressed; heads come again, pages are numbered, dark becomes white."""

import io
import re

import pytest
from pypdf import PdfReader

from shunda.accounts.tests import builders
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import confirmed_order


@pytest.fixture
def admin(transactional_db):
    return builders.user("admin", "*")


def printed(page):
    """The words of each sheet of the page, and its first sheet's width and height in points."""
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    words = [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in sheets]
    return words, sheets[0].mediabox


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_order_is_printed_without_menu_and_buttons_its_heads_on_every_sheet(visit, admin, language):
    made = confirmed_order(customer(), [(sku(f"A-{n}"), 1, 5) for n in range(45)])
    admin.language = language
    admin.save(update_fields=["language"])
    page = visit(admin, language=language)
    page.goto(f"/orders/{made.pk}/")
    page.wait_for_load_state("networkidle")
    sheets, paper = printed(page)
    assert paper.width < paper.height
    assert made.number in sheets[0]
    assert all(f"{n} / {len(sheets)}" in sheet for n, sheet in enumerate(sheets, start=1))
    heads = {"en": "UNIT PRICE", "zh-hans": "单价"}[language]
    lines = [sheet for sheet in sheets if re.search(r"A-\d+", sheet)]
    assert len(lines) > 1
    assert all(heads in sheet.upper() for sheet in lines)
    for pressed in ("Worklist", "工作台", "Add to the timeline", "写入时间线", "Change order", "变更订单"):
        assert all(pressed not in sheet for sheet in sheets), pressed


def test_a_list_is_printed_across_the_sheet_as_a_table_without_filters_and_boxes(visit, admin):
    buyer, article = customer(), sku("A-1")
    made = [confirmed_order(buyer, [(article, 1, 5)]) for _ in range(3)]
    page = visit(admin)
    page.goto("/orders/")
    page.emulate_media(media="print", color_scheme="dark")
    shown = page.evaluate("getComputedStyle(document.querySelector('[data-rows] thead')).display")
    assert shown == "table-header-group"
    assert page.locator("input[name=row]").first.is_hidden()
    assert page.locator(".filters").is_hidden()
    sheets, paper = printed(page)
    assert paper.width > paper.height
    assert len(sheets) == 1
    assert all(order.number in sheets[0] for order in made)
