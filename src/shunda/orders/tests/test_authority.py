"""Who authorises a change is decided by a table, part by part; the highest authority of all parts counts."""

from decimal import Decimal

import pytest

from shunda.orders.authority import Needed, Part, PartCase, needed
from shunda.orders.tests.builders import AT

pytestmark = pytest.mark.django_db
ORDER = {
    "kind": "standard", "gross": Decimal(1000), "channel": "phone", "grade": "b", "region": "", "made_to_order": "no",
    "contract": "no", "important": "no",
}  # fmt: skip


def ask(*parts, **more) -> Needed:
    order = {**ORDER, **more.pop("order", {})}
    return needed([PartCase(part, order, **more) for part in parts], at=AT)


@pytest.mark.req("R161")
@pytest.mark.parametrize("part", Part)
def test_within_the_free_window_nobody_is_asked(part):
    found = ask(part, free=True)
    assert (found.authority, found.departments, found.permission) == ("nobody", (), None)


@pytest.mark.req("R163")
@pytest.mark.parametrize(
    ("part", "change", "authority"),
    [
        ("transport", 0, "frontline"),
        ("reference", 0, "frontline"),
        ("gift", 100, "frontline"),
        ("gift", "100.01", "sales"),
    ],
)
def test_front_line_staff_decide_about_transport_and_small_gifts(part, change, authority):
    assert ask(part, change=Decimal(change)).authority == authority


@pytest.mark.req("R166", "R167")
@pytest.mark.parametrize(
    ("part", "departments"),
    [
        ("price", ("finance",)),
        ("quantity", ("finance", "warehouse")),
        ("removed", ("finance", "warehouse")),
        ("date", ("warehouse",)),
        ("address", ("warehouse",)),
        ("parameters", ()),
    ],
)
def test_the_rest_takes_the_sales_manager_and_the_departments_concerned(part, departments):
    found = ask(part)
    assert (found.authority, found.departments, found.permission) == ("sales", departments, "orders.review_sales")


def test_production_is_asked_about_goods_made_to_order_and_contracts_about_contract_orders():
    assert ask("date", order={"made_to_order": "yes"}).departments == ("warehouse", "production")
    assert ask("price", order={"contract": "yes"}).departments == ("finance", "contract")


@pytest.mark.req("R053")
def test_the_goods_and_prices_of_an_important_order_change_with_top_management_alone():
    assert ask("price", order={"important": "yes"}).authority == "management"
    assert ask("address", order={"important": "yes"}).authority == "sales"


def test_all_parts_of_a_change_count_together_with_one_query(django_assert_num_queries):
    ask("price")
    with django_assert_num_queries(1):
        found = ask("transport", "price", "date")
    assert (found.authority, found.departments) == ("sales", ("finance", "warehouse"))
    assert [ruling.trace()["table"] for ruling in found.rulings] == ["orders.change_authority"] * 3


def test_a_change_of_nothing_is_free():
    assert ask().authority == "nobody"
