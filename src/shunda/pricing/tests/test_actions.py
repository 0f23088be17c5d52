"""Making and changing price lists."""

from dataclasses import replace
from datetime import date

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.pricing.actions import create_lists, edit_lists, set_prices
from shunda.pricing.models import Price, PriceList
from shunda.pricing.specs import ListSpec, PriceBook, PriceRow
from shunda.pricing.tests.builders import AT, price_list

pytestmark = pytest.mark.django_db
SPEC = ListSpec("L1", "Prices 2024", date(2024, 1, 1))


def create(*specs, by=None):
    return create_lists(specs, by=by or actor("pricing.create_pricelist"), at=AT)


def edit(made, by=None, versions=None, **fields):
    return edit_lists(
        {made.pk: replace(SPEC, **fields)}, by=by or actor("pricing.edit_pricelist"), at=AT, versions=versions
    )


def fill(made, *rows, **options):
    replaces = options.pop("replace", False)
    specs = [PriceRow(number, *row) for number, row in enumerate(rows, 1)]
    book = PriceBook(made.pk, specs, replaces)
    return set_prices([book], by=actor("pricing.edit_pricelist"), at=AT, **options)


def test_a_list_is_made_and_recorded():
    made = create(SPEC).one()
    assert PriceList.objects.get() == made
    assert Event.objects.get(kind="price_list.create").subject_id == made.pk


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": ""}, "price.code"),
        ({"code": "A B"}, "price.code"),
        ({"name": " "}, "price.name"),
        ({"currency": "RMB!"}, "price.currency"),
        ({"valid_until": date(2023, 12, 31)}, "price.dates"),
        ({"grade": "Z"}, "price.grade"),
        ({"customer_id": 999}, "price.customer"),
        ({"customer_id": 999, "grade": "A"}, "price.customer-and-grade"),
        ({"code": "taken"}, "price.code-taken"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_and_the_others_are_made(fields, code):
    create(replace(SPEC, code="TAKEN"))
    outcome = create(replace(SPEC, **fields), replace(SPEC, code="FINE"))
    assert code in [r.code for r in outcome.refused]
    assert {r.id for r in outcome.refused} == {0}
    assert [row.code for row in outcome.done] == ["FINE"]


def test_an_edit_keeps_what_was_and_is():
    made = create(SPEC).one()
    edit(made, name="Prices of 2024", valid_until=date(2024, 12, 31), versions={made.pk: 1}).one()
    made.refresh_from_db()
    assert (made.name, made.version) == ("Prices of 2024", 2)
    event = Event.objects.get(kind="price_list.edit")
    assert event.data["changes"] == {
        "name": ["Prices 2024", "Prices of 2024"], "valid_until": [None, "2024-12-31"],
    }  # fmt: skip
    assert [r.code for r in edit(made, versions={made.pk: 1}).refused] == ["stale"]


def test_the_currency_stays_once_there_are_prices():
    made = price_list("L1", [(sku("A-1"), 10)])
    assert [r.code for r in edit(made, currency="USD").refused] == ["price.currency-fixed"]


def test_prices_are_added_changed_and_with_replace_removed():
    one, two = sku("A-1"), sku("A-2", barcode="6901234567892")
    made = price_list("L1", [(one, 10), (one, 9, 100)])
    fill(made, ("a-1", "1,011.5", "0", "8"), ("6901234567892", "5")).one()
    assert set(Price.objects.values_list("sku__code", "min_quantity", "unit_price", "floor")) == {
        ("A-1", 0, 1011.5, 8), ("A-1", 100, 9, None), ("A-2", 0, 5, None),
    }  # fmt: skip
    fill(made, ("A-2", "5"), replace=True).one()
    assert list(Price.objects.values_list("sku_id", flat=True)) == [two.pk]
    event = Event.objects.filter(kind="price_list.prices").latest("id")
    assert sorted(event.data["prices"]) == [["A-1", "0", "1011.5", None], ["A-1", "100", "9", None]]


@pytest.mark.req("R039")
def test_every_fault_of_every_row_is_told_at_once_and_nothing_is_kept():
    sku("A-1")
    made = price_list("L1")
    rows = [
        ("A-1", "10"),
        ("NOPE", "x", "-1", "?"),
        ("A-1", "10.1234567"),
        ("A-1", "10", "1.00001"),
        ("A-1", "10", "5", "10.01"),
        ("a-1", "12", "0.0"),
        ("A-1", "1,00.5"),
        ("A-1", "٣"),
        ("A-1", "1" * 20),
    ]
    outcome = fill(made, *rows)
    assert [(r.data["row"], r.code, r.data["where"]) for r in outcome.refused] == [
        (2, "price.unknown-sku", "sku"),
        (2, "price.not-a-price", "unit_price"),
        (2, "price.not-a-quantity", "min_quantity"),
        (2, "price.not-a-floor", "floor"),
        (3, "price.not-a-price", "unit_price"),
        (4, "price.not-a-quantity", "min_quantity"),
        (5, "price.floor-above", "floor"),
        (6, "price.twice", "sku"),
        (7, "price.not-a-price", "unit_price"),
        (8, "price.not-a-price", "unit_price"),
        (9, "price.not-a-price", "unit_price"),
    ]
    assert not Price.objects.exists()
    assert all(r.message for r in outcome.refused)


def test_no_rows_are_no_prices():
    assert [r.code for r in fill(price_list("L1")).refused] == ["price.empty"]


def test_a_list_of_a_customer_out_of_sight_is_not_found():
    made = price_list("L1", [(sku("A-1"), 1)], customer=customer("C1"))
    stranger = actor("pricing.edit_pricelist", reach="own")
    assert [r.code for r in edit(made, by=stranger).refused] == ["not-found"]


def test_only_who_may_edits():
    with pytest.raises(NotPermitted):
        create(SPEC, by=actor("pricing.view_pricelist"))
    with pytest.raises(NotPermitted):
        edit(create(SPEC).one(), by=actor("pricing.create_pricelist"))


@pytest.mark.parametrize("size", [1, 50])
def test_the_number_of_queries_does_not_grow(size, django_assert_num_queries):
    for n in range(size):
        sku(f"A-{n}")
    made = price_list("L1")
    by = actor("pricing.edit_pricelist")
    book = PriceBook(made.pk, [PriceRow(n, f"A-{n}", "5") for n in range(size)])
    with django_assert_num_queries(8):
        set_prices([book], by=by, at=AT)
