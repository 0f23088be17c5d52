"""The short way of plain orders writes what the ordinary way writes, row for row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunda.catalog.models import Sku
from shunda.catalog.tests.builders import product, sku, unit
from shunda.core.actor import system
from shunda.core.refusal import Refused
from shunda.core.retry import Journey
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.ledger import PROMISES
from shunda.inventory.models import Warehouse
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, quick
from shunda.orders.actions import ordinary
from shunda.orders.actions.place import SETTINGS
from shunda.orders.actions.place import TABLES as DECIDED
from shunda.orders.specs import LineSpec, OrderSpec, Placed, Placing
from shunda.orders.tests.builders import AT
from shunda.policies.queries import decided
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db

TABLES = {
    "orders_order": "id, number",
    "orders_orderline": "id, order_id, demand_id",
    "orders_review": "id, order_id",
    "orders_hold": "id, order_id",
    "inventory_demand": "id, order_id, promised",
    PROMISES: "demand_id, order_id",
    "inventory_balance": "",
    "credit_creditentry": "id, order_id",
    "credit_creditaccount": "",
    "core_event": "id, subject_id, order_id",
    "work_task": "id, subject_id, order_id, label",
}
"""What is written, and the columns in which two ways differ: ids and numbers.

The short way promises in the moment the demand is made, the ordinary way in the next: the ledger of promises is the same.
"""
SPECIAL = {"credit_code": "91110000600037341L", "bank": "工商银行", "bank_account": "6222021001116245702"}


@pytest.fixture
def world() -> tuple[list[Sku], list[int], list[int]]:
    """Articles in pieces and kilograms, prices with breaks, a grade's and a customer's list, buyers of all kinds."""
    first, second = warehouse("W1"), warehouse("W2")
    articles = [
        sku("A-1", model="M1", specification='M8\t"x" \\ 20'),
        sku("A-2", product=product("P-2", unit=unit("kg"), tax_rate="0.09", name="钢丝\n绳")),
        sku("A-3", tax_rate="0.06", barcode="6901234567892"),
        sku("A-4", tax_rate="0"),
    ]
    for article in articles:
        stock(article, first, 50)
    stock(articles[0], second, 5)
    price_list("G", [(articles[0], "9.99"), (articles[0], "8.885", 10), (articles[1], "0.333333", 0, "0.3")])
    price_list("NET", [(articles[2], "7.77")], includes_tax=False)
    price_list("A", [(articles[3], "3.005")], grade="A")
    plain, special, other = customer("C1"), customer("C2", grade="A"), customer("C3", "delivery")
    account(plain, 5000)
    account(special, 150)
    price_list("OWN", [(articles[0], "9.5")], customer=special)
    frozen = customer("C4", frozen=True, frozen_reason="owes")
    buyers = [plain.pk, special.pk, other.pk, customer("C5", "prepaid").pk, frozen.pk]
    return articles, buyers, [first.pk, second.pk]


def dump() -> dict[str, list[Any]]:
    """Every row of the tables, without ids and numbers."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table, left_out in TABLES.items():
            names = [name.strip() for name in left_out.split(",") if name.strip()]
            cursor.execute(f"select (to_jsonb(t) - %s::text[])::text from {table} t order by 1", [names])
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


class _Back(Exception):
    pass


def tried(way: Any) -> tuple[Any, dict[str, list[Any]]]:
    """What a way answers and writes; it is undone."""
    answer: Any = None
    rows: dict[str, list[Any]] = {}
    try:
        with transaction.atomic():
            answer = way()
            connection.check_constraints()
            rows = dump()
            raise _Back
    except _Back:
        return answer, rows


def shortly(call: Placing, now: quick.Moment) -> dict[int, Placed | Refused]:
    journey = Journey(again=False)
    known = quick.Known(journey.out, [call.spec])
    journey.out.go()
    placed = quick.place([(0, call)], now, known, journey)
    journey.home.go()
    return placed


def said(answer: Placed | Refused) -> Any:
    """An answer without ids and numbers; the ordinary way cannot always say which lines are short."""
    if isinstance(answer, Placed):
        return replace(answer, id=0, number="")
    return [(one.id, one.code, {k: v for k, v in one.data.items() if k != "lines"}) for one in answer.refusals]


def mostly(usual: Any, *seldom: Any) -> st.SearchStrategy[Any]:
    """The usual value most of the time: an order with one oddity is not plain, and plain ones are what is compared."""
    return st.sampled_from([usual] * 12 + list(seldom))


GOODS: list[tuple[int, list[str]]] = [
    (0, ["1", "2", "9", "10", "12"]),
    (1, ["0.5", "1.125", "3", "7.1"]),
    (2, ["1", "3", "4"]),
]
articles_ = st.sampled_from([(good, Decimal(n)) for good, quantities in GOODS for n in quantities])
wishes = st.lists(
    st.tuples(
        st.one_of(articles_, articles_, articles_, st.tuples(st.integers(0, 3), st.sampled_from([Decimal("0.5"), Decimal(60)]))),
        st.booleans(),
        mostly({}, {"note": "n"}),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip
heads = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["api", "app", "mall", "file", "web"]),
        "wanted_date": mostly(date(2026, 6, 1), date(2026, 5, 6), date(2026, 5, 5)),
        "invoice_kind": mostly("ordinary", "none", "special"),
        "note": mostly("", "wish"),
        "discount": mostly(Decimal(0), Decimal("0.01")),
        "priority": mostly(1, 2),
        "shop": st.sampled_from(["", "taobao\t1"]),
        "external_number": st.sampled_from(["", "T-1"]),
        "customer_reference": st.sampled_from(["", "PO\\1"]),
        "payment_method": st.sampled_from(["transfer", "alipay"]),
    }
)


@given(
    head=heads, buyer=mostly(0, 1, 1, 1, 2, 2, 2, 3, 4), place=mostly(None, 0, 1), wanted=wishes, keyed=st.booleans()
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_for_any_order_the_short_way_writes_what_the_ordinary_way_writes(
    world: tuple[list[Sku], list[int], list[int]],
    head: dict[str, Any], buyer: int, place: int | None, wanted: list[tuple[tuple[int, Decimal], bool, dict[str, str]]], keyed: bool,
) -> None:  # fmt: skip
    articles, buyers, warehouses = world
    members = [
        LineSpec(n, articles[i].pk, **more) if by_id else LineSpec(n, sku=articles[i].code.lower(), **more)
        for (i, n), by_id, more in wanted
    ]
    made = OrderSpec(
        buyers[buyer],
        members,
        warehouse_id=None if place is None else warehouses[place],
        **head,
    )
    call = Placing(made, system("shop", "api"), key="k" if keyed else "")
    now = quick.Moment(AT, *decided(SETTINGS, DECIDED, AT))
    short, written = tried(lambda: shortly(call, now).get(0))
    ordinarily, expected = tried(lambda: ordinary.place([(0, call)], now)[0])
    if short is not None:
        assert said(short) == said(ordinarily)
        for table, rows in expected.items():
            assert written[table] == rows, table
    else:
        assert not any(expected["orders_order"]) or not _is_plain(made, buyer)


def _is_plain(made: OrderSpec, buyer: int) -> bool:
    """What certainly goes the short way: it is the point of it."""
    own = made.note or made.discount or made.priority != 1 or any(line.note for line in made.lines)
    return buyer in (0, 2) and made.channel != "phone" and made.invoice_kind != "special" and not own


def test_plain_orders_do_go_the_short_way(world: tuple[list[Sku], list[int], list[int]]) -> None:
    articles, buyers, _warehouses = world
    made = OrderSpec(
        buyers[0], [LineSpec(Decimal(2), articles[0].pk), LineSpec(Decimal("0.5"), articles[1].pk)],
        channel="api", wanted_date=date(2026, 6, 1), invoice_kind="ordinary",
    )  # fmt: skip
    now = quick.Moment(AT, *decided(SETTINGS, DECIDED, AT))
    assert isinstance(shortly(Placing(made, system()), now)[0], Placed)
    assert Warehouse.objects.count() == 2
    assert [type(one) for one in actions.place([Placing(made, system(), key="other")], at=AT)] == [Placed]
