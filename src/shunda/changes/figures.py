"""What can be seen of orders from all sides at one moment; the impact of a change is two such looks compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from shunda.billing.models import Invoice
from shunda.billing.states import InvoiceStatus
from shunda.changes.content import plain
from shunda.changes.gathering import lines_of
from shunda.changes.specs import HEAD
from shunda.credit import queries as credit
from shunda.customers.models import TermKind
from shunda.fulfilment import following
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Hold, Order, OrderLine
from shunda.work.models import Task

Figures = dict[str, Any]
MONEY = ("net", "tax", "gross", "discount", "freight", "paid", "invoiced")


def look_anew(order_ids: Sequence[int]) -> dict[int, Figures]:
    """How orders look by now: ``look`` with the rows read again. Nine queries."""
    return look(Order.objects.select_related("term").in_bulk(order_ids), lines_of(order_ids))


def look(orders: Mapping[int, Order], lines: Mapping[int, Sequence[OrderLine]]) -> dict[int, Figures]:
    """Money, lines, promises, credit, shipments, drafts, holds and waiting steps of each order. Seven queries.

    The orders are at hand as they stand in the database, with their terms; their lines as ``lines_of`` reads them.
    """
    order_ids = list(orders)
    shipments, drafts, tasks, holds = (_of(order_ids, f) for f in (_shipments, _drafts, _tasks, _holds))
    on_credit = {order.customer_id for order in orders.values() if order.term.kind == TermKind.CREDIT}
    exposure = credit.exposure(on_credit)
    return {
        pk: {
            "head": {name: plain(getattr(order, name)) for name in (*HEAD, "priority")},
            "money": {name: plain(getattr(order, name)) for name in MONEY} | _due(order),
            "lines": {str(line.line_no): _line(line) for line in lines[pk]},
            "stock": _stock(lines[pk], made=False),
            "production": _stock(lines[pk], made=True),
            "credit": _credit(exposure.get(order.customer_id)),
            "shipments": shipments.get(pk, {}),
            "invoices": drafts.get(pk, {}),
            "clocks": tasks.get(pk, {}),
            "holds": holds.get(pk, {}),
        }
        for pk, order in orders.items()
    }


def compare(before: Figures, after: Figures) -> Figures:
    """What differs, as [before, after], side by side; what is on one side alone has nothing on the other."""
    found: Figures = {}
    for name in before:
        was, now = before[name], after[name]
        pairs = {key: [was.get(key), now.get(key)] for key in [*was, *(k for k in now if k not in was)]}
        found[name] = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    return found


def _due(order: Order) -> dict[str, str]:
    return {
        "to_pay": plain(max(order.gross - order.paid, Decimal(0))),
        "to_refund": plain(max(order.paid - order.gross, Decimal(0))),
    }


def _line(line: OrderLine) -> dict[str, Any] | None:
    if is_taken_out(line):
        return None
    names = ("quantity", "unit_price", "discount_rate", "gross", "wanted_date", "parameters")
    return {
        "sku": line.sku.code,
        "name": line.name,
        "unit": line.unit.name,
        "unit_en": line.unit.name_en,
        **{n: plain(getattr(line, n)) for n in names},
    }


def _stock(lines: Sequence[OrderLine], *, made: bool) -> dict[str, str]:
    """By SKU: what is promised from stock, or what production is asked for."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.demand and line.made_to_order is made:
            amount = line.demand.open if made else line.demand.reserved
            sums[line.sku.code] = sums.get(line.sku.code, Decimal(0)) + amount
    return {code: plain(amount) for code, amount in sums.items()}


def _credit(exposure: credit.Exposure | None) -> dict[str, str]:
    return {"exposure": plain(exposure.exposure), "limit": plain(exposure.effective)} if exposure else {}


def _of(order_ids: Sequence[int], read: Any) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for order_id, key, value in read(order_ids):
        found.setdefault(order_id, {})[key] = value
    return found


def _shipments(order_ids: Sequence[int]) -> list[tuple[int, str, Any]]:
    rows = Shipment.objects.filter(order_id__in=order_ids, status__in=following.NOT_LEFT).select_related("carrier")
    found = list(rows.order_by("pk"))
    held: dict[int, Decimal] = {}
    for pk, quantity in ShipmentLine.objects.filter(shipment__in=found).values_list("shipment_id", "quantity"):
        held[pk] = held.get(pk, Decimal(0)) + quantity
    return [
        (
            s.order_id,
            s.number,
            {"quantity": plain(held.get(s.pk, Decimal(0))), "mode": s.mode, "carrier": str(s.carrier or "")},
        )
        for s in found
    ]


def _drafts(order_ids: Sequence[int]) -> list[tuple[int, str, Any]]:
    rows = Invoice.objects.filter(order_id__in=order_ids, status=InvoiceStatus.DRAFT).order_by("pk")
    return [
        (order_id, number, plain(gross)) for order_id, number, gross in rows.values_list("order_id", "number", "gross")
    ]


def _tasks(order_ids: Sequence[int]) -> list[tuple[int, str, Any]]:
    rows = Task.objects.filter(order_id__in=order_ids, closed_at__isnull=True).exclude(kind__startswith="change.")
    return [
        (order_id or 0, f"{kind}:{label}", due.isoformat() if due else "")
        for order_id, kind, label, due in rows.order_by("pk").values_list("order_id", "kind", "label", "due_at")
    ]


def _holds(order_ids: Sequence[int]) -> list[tuple[int, str, Any]]:
    rows = Hold.objects.filter(order_id__in=order_ids, released_at__isnull=True).order_by("pk")
    return [
        (order_id, f"{kind}:{stops}", reason)
        for order_id, kind, stops, reason in rows.values_list("order_id", "kind", "stops", "reason")
    ]
