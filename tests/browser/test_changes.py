"""A change in the browser: typed over, its impact beside it while one types, sent, decided, signed, seen as a revision."""

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.changes.models import Change
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.tests.builders import confirmed_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_a_change_from_the_order_page_to_its_revision(visit, accessible, tmp_path, size):
    ann, ben = user("ann", "*", name="Ann"), user("ben", "*", name="Ben")
    bearing = sku("A-1")
    row = confirmed_order(customer("C1"), [(bearing, 10, "12.50")])
    stock(bearing, warehouse(), 20)
    page = visit(ann, size=size)
    page.goto(f"/changes/of-order/{row.pk}/change/")
    quantity = page.get_by_label("Quantity 1 A-1", exact=True)
    quantity.fill("40")
    quantity.press("Tab")
    page.locator("#impact").get_by_text("It cannot be made like this").wait_for()
    quantity.fill("12")
    price = page.get_by_label("Unit price 1 A-1", exact=True)
    price.fill("13")
    price.press("Tab")
    page.locator("#impact").get_by_text("The customer signs a change agreement").wait_for()
    page.locator("#impact").get_by_text("¥156.00").first.wait_for()
    accessible(page)
    page.get_by_label("Why", exact=True).fill("more needed")
    page.get_by_role("button", name="Send the change").click()
    page.get_by_role("heading", name="CH").wait_for()
    accessible(page)

    other = visit(ben, size=size)
    other.goto("/changes/desk/")
    for _voice in range(Change.objects.get().voices.count()):
        other.get_by_role("button", name="Agree").first.click()
        other.locator(".toast", has_text="Agreed.").first.wait_for()
    other.get_by_text("No change waits for you").wait_for()
    accessible(other)
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.7\nsigned")
    other.goto(f"/changes/{Change.objects.get().pk}/")
    other.get_by_role("link", name="Keep the signed agreement").click()
    other.get_by_label("Signed copy").set_input_files(signed)
    other.get_by_role("button", name="Save").click()
    other.get_by_role("link", name="revision 1").click()
    other.get_by_text("¥156.00").first.wait_for()
    accessible(other)
