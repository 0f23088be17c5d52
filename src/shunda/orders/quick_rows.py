"""The rows of plain orders that are placed: everything an order has once it is confirmed, copied in table by table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Model

from shunda.core import event, sequence, sql
from shunda.core.actor import system
from shunda.core.event import First
from shunda.core.money import plain
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


def write(
    orders: Sequence[Plain], taken: Mapping[int, Decimal], at: datetime, today: date, decided: Mapping[str, Any]
) -> dict[int, Placed]:
    """Write these orders, confirmed, with all that belongs to them; what each call gets, by its index.

    Children first, what others wait for last: credit, then balances, then the counter, then the orders themselves.
    """
    if not orders:
        return {}
    ids = sql.next_ids("orders_order", len(orders))
    placed = list(zip(ids, orders, strict=True))
    holding.hold([(o.customer.id, pk, o.gross) for pk, o in placed if CREDIT_TERMS[o.customer.term] and o.gross], at=at)
    demands = iter(promising.promise([wish for pk, order in placed for wish in _wishes(pk, order)], at=at))
    reasons = _Reasons()
    _LINE.copy(row for pk, order in placed for row in _lines(pk, order, demands, reasons))
    event.begin(SUBJECT, {pk: list(_timeline(order)) for pk, order in placed}, at=at)
    promising.take(taken)
    numbers = sequence.numbers(decided["orders.number_prefix"], f"{today:%Y%m%d}", len(orders))
    heads = (_head(pk, order, number) for (pk, order), number in zip(placed, numbers, strict=True))
    _ORDER.copy(heads, today, *[at.isoformat()] * 3)
    for kind in TOLD:
        event.tell(kind, ids, at)
    return {
        order.index: Placed(pk, number, STATUS, order.net, order.gross - order.net, order.gross, CURRENCY)
        for (pk, order), number in zip(placed, numbers, strict=True)
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


class _Table:
    """The columns of a table in the order rows are copied: those of each row, then those that are alike in all."""

    def __init__(self, model: type[Model], own: Sequence[str], **alike: Any) -> None:
        """A column that is neither here nor there has its default, also one that is added one day."""
        fields = [f for f in model._meta.concrete_fields if not f.generated and f.attname not in own]
        rest = {f.attname: alike.get(f.attname, f.get_default()) for f in fields if not f.primary_key}
        self.name = model._meta.db_table
        self.columns = (*own, *rest)
        self.alike = tuple(json.dumps(v) if isinstance(v, dict | list) else v for v in rest.values())

    def copy(self, rows: Iterable[tuple[Any, ...]], *alike: Any) -> None:
        """``alike``: further columns that are the same in all rows of this copy, the last of the own ones."""
        sql.copy(self.name, self.columns, rows, *alike, *self.alike)


_LINE = _Table(
    OrderLine,
    (
        "order_id", "line_no", "sku_id", "name", "model", "specification", "unit_id", "quantity", "base_quantity",
        "unit_price", "price_reason", "floor", "tax_rate", "net", "tax", "gross", "demand_id",
    ),
)  # fmt: skip


def _lines(pk: int, order: Plain, demands: Iterator[int], reasons: _Reasons) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(order.lines, 1):
        good, quote = line.good, line.quote
        assert quote is not None
        yield (
            pk, number, good.id, good.name, good.model, good.specification, good.unit_id, line.quantity, line.quantity,
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


_ORDER = _Table(
    Order,
    (
        "id", "number", "customer_id", "region_id", "owner_id", "created_by_id", "warehouse_id", "term_id", "channel",
        "shop", "external_number", "customer_reference", "payment_method", "invoice_kind", "net", "tax", "gross",
        "wanted_date", "promised_date", "fingerprint", *File._fields[1:],
        "order_date", "created_at", "submitted_at", "confirmed_at",
    ),
    status=STATUS, version=VERSION, round=ROUND, currency=CURRENCY,
)  # fmt: skip


def _head(pk: int, order: Plain, number: str) -> tuple[Any, ...]:
    spec, buyer, by = order.spec, order.customer, order.by.id
    return (
        pk, number, buyer.id, buyer.region_id, buyer.owner_id or by, by, order.warehouse_id, buyer.term_id,
        str(spec.channel), spec.shop, spec.external_number, spec.customer_reference, str(spec.payment_method),
        str(spec.invoice_kind), order.net, order.gross - order.net, order.gross, spec.wanted_date, spec.wanted_date,
        order.fingerprint, *buyer.file[1:],
    )  # fmt: skip
