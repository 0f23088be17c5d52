"""Pure decisions about orders: what speaks against each step, and the stage people read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, cast

from shunda.catalog.queries import SkuFacts
from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.customers.models import Customer
from shunda.customers.rules import (
    COUNTRIES,
    Why,
    needed_of_address,
    told,
    why_account,
    why_credit_code,
    why_phone,
    why_postcode,
)
from shunda.orders import reasons as why
from shunda.orders.models import Delivery, Hold, InvoiceKind, Order, OrderKind, OrderLine, Review
from shunda.orders.states import OrderStatus, Stage

OVERRIDE_FLOOR = "orders.override_floor"

ALWAYS = ("customer_name", "contact_name", "contact_phone")
REQUIRED: dict[str, tuple[str, ...]] = {
    OrderKind.STANDARD: ("wanted_date",),
    OrderKind.REPLENISHMENT: ("region",),
    OrderKind.SPECIAL: ("wanted_date",),
    OrderKind.PROJECT: ("wanted_date", "contract_number"),
    OrderKind.SAMPLE: ("note",),
}
"""Which fields an order of each type must have when it is submitted, besides those every order needs (R031, R038)."""
SHIP_TO = {"phone": "receiver_phone", "receiver": "receiver"}
"""Where parts of an address are kept on an order, when not under ``ship_`` and their name."""


def required_fields(order: Order) -> list[str]:
    """The fields this order must have: by its type, its country, its invoice, its way to the customer."""
    fields = [*ALWAYS, *REQUIRED[order.kind]]
    if order.transport_mode != "pickup":
        parts = needed_of_address(order.ship_country, order.ship_city)
        fields += [SHIP_TO.get(part, f"ship_{part}") for part in parts]
    if order.ship_country == "CN" and order.invoice_kind == InvoiceKind.SPECIAL:
        fields.append("credit_code")
    return fields


def why_malformed(ident: int, head: Mapping[str, Any], country: str) -> Iterator[Refusal]:
    """Phones, postcode, credit code and account that cannot be right (R032, R034, R036); gaps are another matter.

    ``country`` is the customer's; receiver and postcode go by the country the goods go to.
    """
    ship_to = head.get("ship_country") or country
    if ship_to not in COUNTRIES:
        yield why.UNKNOWN_CHOICE["ship_country"](ident, value=ship_to, where="ship_country")
        return
    checks: tuple[tuple[str, Callable[[str, str], Why | None], str], ...] = (
        ("credit_code", lambda code, _country: why_credit_code(code), country),
        ("bank_account", why_account, country),
        ("contact_phone", why_phone, country),
        ("ship_postcode", why_postcode, ship_to),
        ("receiver_phone", why_phone, ship_to),
    )
    for name, check, where in checks:
        if name == "credit_code" and country != "CN":
            continue
        if (value := head.get(name)) and (found := check(value, where)):
            yield told(found, ident, name)


def why_incomplete(order: Order) -> list[Refusal]:
    """Required fields that are empty (R031, R032, R034)."""
    empty = [name for name in required_fields(order) if not getattr(order, "region_id" if name == "region" else name)]
    return [why.REQUIRED[name](order.pk, where=name) for name in empty]


def why_not_submit(
    order: Order,
    lines: Sequence[OrderLine],
    customer: Customer,
    skus: Mapping[int, SkuFacts],
    today: date,
    *,
    may_override: bool,
) -> Iterator[Refusal]:
    """What keeps a draft from being submitted: gaps, malformed fields, prices, dates, a frozen customer."""
    yield from why_incomplete(order)
    yield from why_malformed(order.pk, vars(order), customer.country)
    if not lines:
        yield why.NO_LINES(order.pk, where="lines")
    if customer.frozen:
        yield why_frozen(order, customer)
    if order.wanted_date and order.wanted_date < today:
        yield why.WANTED_PAST(order.pk, date=order.wanted_date.isoformat(), where="wanted_date")
    goods = goods_total(order, lines)
    for line in lines:
        if not skus[line.sku_id].active:
            yield why.INACTIVE_SKU(order.pk, line=line.line_no, sku=line.sku.code, where=f"lines.{line.line_no}")
        yield from _why_line(order, line, goods, today, may_override=may_override)


def why_frozen(order: Order, customer: Customer) -> Refusal:
    """A frozen customer's orders wait."""
    return why.CUSTOMER_FROZEN(order.pk, customer=customer.name, reason=customer.frozen_reason, where="customer")


def _why_line(order: Order, line: OrderLine, goods: Decimal, today: date, *, may_override: bool) -> Iterator[Refusal]:
    at = {"line": line.line_no, "sku": line.sku.code, "where": f"lines.{line.line_no}"}
    if line.price_reason.get("source") == "missing":
        yield why.PRICE_MISSING(order.pk, **at)
    price = effective_price(order, line, goods)
    if line.floor is not None and price < line.floor and not may_override:
        yield why.UNDER_FLOOR(order.pk, price=plain(price), floor=plain(line.floor), **at)
    if line.wanted_date and line.wanted_date < today:
        yield why.WANTED_PAST_LINE(order.pk, date=line.wanted_date.isoformat(), **at)
    if order.kind == OrderKind.SPECIAL and line.made_to_order and not line.parameters:
        yield why.PARAMETERS_MISSING(order.pk, **at)


def effective_price(order: Order, line: OrderLine, goods: Decimal) -> Decimal:
    """What one unit of a line sells for after line discount and its part of the order discount, six places."""
    price: Decimal = line.unit_price * (1 - line.discount_rate)
    return round(price * (goods - order.discount) / goods if goods else price, 6)


def goods_total(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """What the lines cost before the order discount, in the mode of the prices."""
    kept = (line.gross if order.prices_include_tax else line.net for line in lines)
    total: Decimal = sum(kept, order.discount)
    return total


# --- reviews --------------------------------------------------------------------------------------------------------


def why_not_decide(
    review: Review, order: Order, by: Actor, editors: Collection[int], *, may_own: bool
) -> Iterator[Refusal]:
    """Who may not decide this review: who is not of the department, and whoever the order is of (R060).

    It is of whoever entered it, of the sales representative it belongs to, and of everybody who changed it.
    """
    if not by.may(f"orders.review_{review.department}"):
        yield why.NOT_REVIEWER(
            review.pk, department=str(review.get_department_display()), department_code=review.department
        )
    if own := why_own(review.pk, order, by, editors, may_own=may_own):
        yield own


def why_own(pk: int, order: Order, by: Actor, editors: Collection[int], *, may_own: bool) -> Refusal | None:
    """Nobody decides on what is his own (R060); whoever stands in for somebody is treated as that one too.

    ``editors`` are those who entered or changed the order, and those in whose name they did.
    """
    if by.id is None or (may_own and by.for_id is None):
        return None
    if order.created_by_id in by.persons:
        return why.OWN_ORDER(pk, number=order.number)
    if order.owner_id in by.persons:
        return why.OWN_SALE(pk, number=order.number)
    return why.OWN_EDIT(pk, number=order.number) if by.persons & set(editors) else None


def why_restock_unknown(review: Review, order: Order, restock: Mapping[int, date]) -> Refusal | None:
    """The warehouse says when short stock is expected back, unless an announced supply says it (R045)."""
    short = any(finding["code"] == why.SHORT_NO_DATE.code for finding in review.findings)
    if review.department == "warehouse" and short and review.pk not in restock:
        return why.RESTOCK_REQUIRED(review.pk, number=order.number, where="restock_date")
    return None


# --- confirmation, cancellation, completion -------------------------------------------------------------------------


def hold_reason(hold: Hold) -> str:
    """Why an order is held, in the language of the reader: what somebody wrote, or the system's own sentence."""
    return Refusal(None, hold.reason).message


def why_held(order: Order, holds: Iterable[Hold]) -> list[Refusal]:
    """Open holds that stop the step."""
    return [why.ON_HOLD[hold.kind](order.pk, reason=hold_reason(hold), stops=hold.stops) for hold in holds]


def holds_of_line(holds: Iterable[Hold], line_ids: Collection[int]) -> list[Hold]:
    """Those of an order's holds that concern these lines: on the whole order, or on one of them."""
    return [hold for hold in holds if hold.line_id is None or hold.line_id in line_ids]


def open_quantity(line: OrderLine) -> Decimal:
    """What is neither shipped nor cancelled."""
    left: Decimal = line.base_quantity - line.shipped - line.cancelled
    return left


def why_not_cancel(order: Order, lines: Iterable[OrderLine]) -> Iterator[Refusal]:
    """Goods under way and invoices stand against it (R170): the sentence says what to undo first."""
    for line in lines:
        at = {"line": line.line_no, "sku": line.sku.code}
        out = line.shipped - line.returned
        if out > 0:
            yield why.CANCEL_SHIPPED(order.pk, quantity=plain(out), **at)
        if line.planned > line.shipped:
            yield why.CANCEL_PLANNED(order.pk, quantity=plain(line.planned - line.shipped), **at)
    if order.invoiced > 0:
        yield why.CANCEL_INVOICED(order.pk, amount=f"{order.invoiced:.2f}")


def owed(order: Order) -> Decimal:
    """What the customer has to pay in the end: what was invoiced, or the order's total where no invoice is wanted."""
    amount: Decimal = order.gross if order.invoice_kind == InvoiceKind.NONE else order.invoiced
    return amount


def why_not_complete(order: Order, lines: Iterable[OrderLine]) -> Iterator[Refusal]:
    """An order is complete when all of it is shipped, signed, invoiced and paid (R160, R198, R220)."""
    for line in lines:
        at = {"line": line.line_no, "sku": line.sku.code}
        if (missing := open_quantity(line)) > 0:
            yield why.NOT_SHIPPED(order.pk, quantity=plain(missing), **at)
        if (missing := line.shipped - line.signed) > 0:
            yield why.NOT_SIGNED(order.pk, quantity=plain(missing), **at)
        missing = line.signed - line.returned - line.invoiced
        if order.invoice_kind != InvoiceKind.NONE and missing > 0:
            yield why.NOT_INVOICED(order.pk, quantity=plain(missing), **at)
    if (short := owed(order) - order.paid) > 0:
        yield why.NOT_PAID(order.pk, open=f"{short:.2f}", currency=order.currency)


# --- stage ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the goods of an order are."""

    some_shipped: bool = False
    all_shipped: bool = False
    all_signed: bool = False


def progress_of(lines: Iterable[OrderLine]) -> Progress:
    """How far the goods of these lines are; what was cancelled is not waited for."""
    lines = list(lines)
    return Progress(
        some_shipped=any(line.shipped > 0 for line in lines),
        all_shipped=all(line.shipped >= line.base_quantity - line.cancelled for line in lines),
        all_signed=all(line.signed >= line.base_quantity - line.cancelled for line in lines),
    )


_BY_STATUS: dict[str, Stage] = {
    OrderStatus.DRAFT: Stage.DRAFT,
    OrderStatus.IN_REVIEW: Stage.IN_REVIEW,
    OrderStatus.SENT_BACK: Stage.SENT_BACK,
    OrderStatus.APPROVED: Stage.TO_CONFIRM,
    OrderStatus.COMPLETED: Stage.COMPLETED,
    OrderStatus.ARCHIVED: Stage.ARCHIVED,
    OrderStatus.CANCELLED: Stage.CANCELLED,
}


def stage(status: str, progress: Progress, *, awaits_payment: bool = False) -> Stage:
    """The stage people read (R152, R153): 待付款, 待发货, 部分发货, 已发货, 已签收, 已完成 ...

    ``awaits_payment``: a payment hold stops shipping. A stage is computed from what people decided and what happened
    to the goods; nobody ever types it in.
    """
    if status != OrderStatus.CONFIRMED:
        return _BY_STATUS[status]
    if progress.all_shipped:
        return Stage.SIGNED if progress.all_signed else Stage.SHIPPED
    if progress.some_shipped:
        return Stage.PARTLY_SHIPPED
    return Stage.TO_PAY if awaits_payment else Stage.TO_SHIP


def stage_of(order: Order) -> Stage:
    """The stage of an order read with ``queries.staged``."""
    known = cast("StagedOrder", order)
    goods = known.delivery
    progress = Progress(goods >= Delivery.PARTLY, goods >= Delivery.SHIPPED, goods == Delivery.SIGNED)
    return stage(order.status, progress, awaits_payment=known.awaits_payment)


class StagedOrder(Protocol):
    """An order with what ``queries.staged`` adds to it."""

    delivery: int
    awaits_payment: bool
