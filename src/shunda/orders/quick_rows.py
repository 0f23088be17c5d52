"""The rows of plain orders that are placed: everything an order has once it is confirmed, written table by table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shunda.core import event, sequence, sql
from shunda.core.actor import system
from shunda.core.combine import make_way
from shunda.core.event import First
from shunda.core.money import plain
from shunda.core.sql import NewRows, Trip
from shunda.credit import holding
from shunda.customers.buyers import File
from shunda.inventory import promising
from shunda.inventory.promising import Wish
from shunda.orders import approval
from shunda.orders.assembly import LISTED
from shunda.orders.models import Order, OrderLine
from shunda.orders.plain import CREDIT_TERMS, CURRENCY, Plain
from shunda.orders.specs import Placed
from shunda.orders.states import ORDER
from shunda.pricing.queries import Quote

WAY = ("submit", "approve", "confirm")
"""The moves a placed order makes at once, each an event of its own."""
STATUS = ORDER.along(*WAY)
VERSION = 1 + len(WAY)
ROUND = 1
SUBJECT = "orders.order"


class Ids(NamedTuple):
    """Ids for at least as many orders and demands as there are."""

    orders: Sequence[int]
    demands: Sequence[int]


def order_ids(n: int) -> sql.Statement[list[int]]:
    """Ids for as many orders."""
    return sql.next_ids(Order._meta.db_table, n)


def write(
    orders: Sequence[Plain],
    ids: Ids,
    taken: Mapping[int, Decimal],
    at: datetime,
    today: date,
    decided: Mapping[str, Any],
    home: Trip,
) -> dict[int, Placed]:
    """Write these orders, confirmed, with all that belongs to them; what each call gets, by its index.

    Children first, what others wait for last: credit, then balances, then the counter. The orders themselves, and what
    others are told of them, travel with the commit: it is all that is left to wait for while those are held.
    """
    placed = dict(zip(ids.orders, orders, strict=False))
    wishes = (wish for pk, order in placed.items() for wish in _wishes(pk, order))
    demands, reasons = iter(ids.demands), _Reasons()
    with sql.together(meanwhile=make_way) as trip:
        on_credit = [
            (o.customer.id, pk, o.gross) for pk, o in placed.items() if CREDIT_TERMS[o.customer.term] and o.gross
        ]
        trip(promising.promise(zip(ids.demands, wishes, strict=False), at=at))
        trip(_new_lines(row for pk, order in placed.items() for row in _lines(pk, order, demands, reasons)))
        trip(event.begin(SUBJECT, ((pk, _timeline(order)) for pk, order in placed.items()), at=at))
        trip(holding.hold(on_credit, at=at))
        trip(promising.take(taken))
        serials = trip(sequence.numbering(decided["orders.number_prefix"], f"{today:%Y%m%d}", len(orders)))
    numbers = dict(zip(placed, serials.answer, strict=True))
    home(_new_orders((_head(pk, order, numbers[pk]) for pk, order in placed.items()), today, at, at, at))
    for statement in (each for kind in TOLD for each in event.telling(kind, list(placed), at)):
        home(statement)
    return {
        order.index: Placed(pk, numbers[pk], STATUS, order.net, order.gross - order.net, order.gross, CURRENCY)
        for pk, order in placed.items()
    }


TOLD = ("order.create", "order.submit", "order.confirm")
"""What others are told. Not the approval: all that follows from it is that the order is confirmed, which it is."""


def _wishes(pk: int, order: Plain) -> Iterator[Wish]:
    due, priority, warehouse = order.spec.wanted_date, int(order.spec.priority), order.warehouse_id
    return (Wish(pk, line.good.id, warehouse, line.quantity, due, priority) for line in order.lines)


class _Reasons:
    """Where prices come from, as text; lines of one list and price share it."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def __call__(self, quote: Quote) -> str:
        said = self._known.get(id(quote))
        if said is None:
            assert quote.unit_price is not None
            reason = {"source": LISTED, "reasons": quote.reasons, "list_price": plain(quote.unit_price)}
            said = self._known[id(quote)] = json.dumps(reason)
        return said


_new_lines = NewRows(
    OrderLine,
    (
        "order_id", "line_no", "sku_id", "name", "model", "specification", "unit_id", "quantity",
        "unit_price", "price_reason", "floor", "tax_rate", "net", "tax", "gross", "demand_id",
    ),
    same={"base_quantity": "quantity"},
)  # fmt: skip


def _lines(pk: int, order: Plain, demands: Iterator[int], reasons: _Reasons) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(order.lines, 1):
        good, quote = line.good, line.quote
        assert quote is not None
        yield (
            pk, number, good.id, good.name, good.model, good.specification, good.unit_id, line.quantity,
            quote.unit_price, reasons(quote), quote.floor, good.tax_rate, line.net, line.gross - line.net, line.gross,
            next(demands),
        )  # fmt: skip


def _timeline(order: Plain) -> Iterator[First]:
    """Created and submitted by who placed it, approved and confirmed by the system, which says by what rule."""
    by, own = order.by, system()
    yield First("order.create", by, f'{{"lines": {len(order.lines)}, "gross": "{order.gross}"}}')
    yield First("order.submit", by, _SUBMITTED)
    yield First(
        "order.approve", own, _approval(*((one.table, one.version, one.rows) for one in order.rulings if one.rows))
    )
    yield First("order.confirm", own, "{}")


@lru_cache(maxsize=1000)
def _approval(*rulings: tuple[str, int, tuple[int, ...]]) -> str:
    """What the event of the approval says; the same text for all orders that are decided alike."""
    return json.dumps({"auto": True, "decided": [approval.trace(*one) for one in rulings]})


_SUBMITTED = json.dumps({"round": ROUND, "warnings": 0})


_new_orders = NewRows(
    Order,
    (
        "id", "number", "customer_id", "region_id", "owner_id", "created_by_id", "warehouse_id", "term_id", "channel",
        "shop", "external_number", "customer_reference", "payment_method", "invoice_kind", "net", "tax", "gross",
        "wanted_date", "fingerprint", *File._fields[1:],
    ),
    ("order_date", "created_at", "submitted_at", "confirmed_at"),
    same={"promised_date": "wanted_date"},
    status=STATUS, version=VERSION, round=ROUND, currency=CURRENCY,
)  # fmt: skip


def _head(pk: int, order: Plain, number: str) -> tuple[Any, ...]:
    spec, buyer, by = order.spec, order.customer, order.by.id
    return (
        pk, number, buyer.id, buyer.region_id, buyer.owner_id or by, by, order.warehouse_id, buyer.term_id,
        str(spec.channel), spec.shop, spec.external_number, spec.customer_reference, str(spec.payment_method),
        str(spec.invoice_kind), order.net, order.gross - order.net, order.gross, spec.wanted_date,
        order.fingerprint, *buyer.file[1:],
    )  # fmt: skip
