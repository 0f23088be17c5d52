"""A decision table in the hands of a business user: drafted, rows moved and copied, a condition brought in, gaps seen, changed
in a sheet, tried, published by a second person, and what it then decides explained."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.tests.builders import order
from shunda.policies import jobs
from shunda.policies.models import TableVersion, Trial

pytestmark = pytest.mark.django_db(transaction=True)


def cell(page, row, column):
    return page.locator("tbody tr").nth(row - 1).locator(f"[data-column={column}]").locator("textarea, select").first


@pytest.mark.req("R060")
def test_a_table_from_its_draft_to_the_decision_it_explains(visit, accessible, tmp_path):
    ann, ben = user("ann", "*", name="Ann"), user("ben", "*", name="Ben")
    bearing, at = sku("A-1"), timezone.now()
    soon = (at + timedelta(days=20)).date()
    stock(bearing, warehouse(), 100)
    order(customer("C1"), [(bearing, 10, "1000")], status="in_review", at=at - timedelta(days=3), wanted_date=soon)
    page = visit(ann)
    page.goto("/settings/tables/orders.review/")
    page.get_by_role("button", name="New draft").click()
    page.locator("[data-grid-conditions] select").select_option("gross")
    cell(page, 2, "gross").fill("20000..10000")  # finance looks at larger orders only
    page.get_by_role("button", name="Down 1", exact=True).click()  # finance first, then sales
    page.get_by_role("button", name="Again below 6", exact=True).click()
    cell(page, 7, "department").select_option("management")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("the first number is larger than the second").wait_for()
    cell(page, 1, "gross").fill(">= 20000")
    accessible(page)
    page.get_by_label("What is changed, and why").fill("finance looks at larger orders")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("say the same twice").wait_for()  # the copied row was not changed
    accessible(page)
    draft = TableVersion.objects.get()
    assert [row["then"]["department"] for row in draft.rows[:3]] == ["finance", "sales", "warehouse"]
    assert (draft.rows[0]["when"], len(draft.rows)) == ({"gross": ">= 20000"}, 7)

    with page.expect_download() as given:
        page.get_by_role("link", name="Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(given.value.path().read_bytes()))
    book.active.delete_rows(8)
    book.active["B2"] = ">> 5"
    changed = tmp_path / "review.xlsx"
    book.save(changed)
    page.goto(f"/settings/tables/version/{draft.pk}/upload/")
    page.get_by_label("Excel file").set_input_files(changed)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Cell B2").wait_for()
    book.active["B2"] = ">= 20000"
    out = io.BytesIO()
    book.save(out)
    changed.write_bytes(out.getvalue())
    page.get_by_label("Excel file").set_input_files(changed)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rows of the file are in the draft.").wait_for()
    draft.refresh_from_db()
    assert len(draft.rows) == 6

    page.get_by_role("button", name="Try it on the last 30 days").click()
    page.locator("main").get_by_text("You can leave this page and come back.").wait_for()
    jobs.try_out([Trial.objects.get().pk], timezone.now())
    page.get_by_text("1 of 1 decisions would have been another.").wait_for()
    accessible(page)
    page.goto(f"/settings/tables/version/{draft.pk}/")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("You wrote in this version yourself").first.wait_for()

    other = visit(ben)
    other.goto(f"/settings/tables/version/{draft.pk}/")
    other.get_by_role("button", name="Publish").click()
    other.locator("dialog[open] button[value=yes]").click()
    other.get_by_text("Published.").wait_for()
    row = order(customer("C2"), [(bearing, 1, "1000")], status="in_review", at=timezone.now(), wanted_date=soon)
    assert sorted(row.reviews.values_list("department", flat=True)) == ["sales", "warehouse"]
    other.goto("/settings/tables/orders.review/1/why/2/")
    other.get_by_text("Who reviews an order").first.wait_for()
