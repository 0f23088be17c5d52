"""From what somebody wants different to the rows of the order as they shall be, or every reason why not. Pure.

One plan is one order. What has left or is invoiced keeps its price and its worth: credit, invoices and settlements rest
on it. Lines are never deleted: one that is taken out stays with nothing left of it, free of charge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shunda.catalog.queries import SkuFacts
from shunda.catalog.rules import converted
from shunda.changes import floors
from shunda.changes import reasons as why
from shunda.changes.models import ChangeKind
from shunda.changes.specs import HEAD, LENGTHS, MONEY, ChangeSpec, LineEdit
from shunda.core.money import plain, portion
from shunda.core.refusal import Refusal
from shunda.orders import reasons as order_why
from shunda.orders.assembly import TAKEN_OUT, fingerprint, is_taken_out
from shunda.orders.authority import Part
from shunda.orders.models import Order, OrderLine
from shunda.orders.rules import why_malformed
from shunda.pricing.rules import PricedLine, document

ZERO = Decimal(0)
ALL = Decimal(1)
STEP = Decimal("0.0001")
MOST_MONEY = Decimal("9999999999999")


@dataclass(frozen=True, slots=True)
class Known:
    """What decides about one order besides itself."""

    today: date
    skus: Mapping[int, SkuFacts]
    added: Sequence[OrderLine]  # new lines, priced, not numbered yet
    open_shipments: Sequence[str]  # numbers of shipments that have not left
    labelled: Sequence[str]  # numbers of shipments packed, picked or on their way: they go to the old address
    ready: Mapping[int, date]  # by lead time: when goods made to order can be there
    max_quantity: Decimal
    max_lines: int


@dataclass(slots=True)
class Plan:
    """An order as it shall be. ``before`` are the lines as they were; ``lines`` all of them as they shall be."""

    order: Order
    spec: ChangeSpec
    before: dict[int, OrderLine]
    lines: list[OrderLine]
    head: dict[str, Any] = field(default_factory=dict)
    touched: list[OrderLine] = field(default_factory=list)
    out: list[OrderLine] = field(default_factory=list)
    added: list[OrderLine] = field(default_factory=list)
    parts: dict[str, Decimal] = field(default_factory=dict)  # what is changed, and by how much money
    worse: list[Refusal] = field(default_factory=list)
    under_floor: list[Refusal] = field(default_factory=list)  # what takes the right to sell under the floor
    refused: list[Refusal] = field(default_factory=list)

    @property
    def pk(self) -> int:
        """The order."""
        return self.order.pk

    def value(self, name: str) -> Any:
        """A column of the order as it shall be."""
        return self.head.get(name, getattr(self.order, name))

    def say(self, *refusals: Refusal) -> None:
        """Something stands against it."""
        self.refused += refusals

    def part(self, part: str, amount: Decimal = ZERO) -> None:
        """Something is changed, worth so much."""
        self.parts[part] = self.parts.get(part, ZERO) + abs(amount)


def plan(
    order: Order, lines: Sequence[OrderLine], before: Mapping[int, OrderLine], spec: ChangeSpec, known: Known
) -> Plan:
    """What a change comes to; ``before`` are copies of the lines, which are changed in place."""
    made = Plan(order, spec, dict(before), list(lines))
    _head(made, known)
    _edits(made, known)
    _add(made, known)
    if not made.refused:
        _amounts(made)
        _promise(made, known)
        _frozen_worth(made)
        _worse(made)
        made.under_floor += floors.under(order, made.value("discount"), made.before, made.lines)
    if not made.parts and not made.refused:
        made.say(why.NOTHING(order.pk))
    return made


def closing(order: Order, lines: Sequence[OrderLine], spec: ChangeSpec) -> tuple[ChangeSpec, list[Refusal]]:
    """Closing an order short: of each line only what has left stays. Refused in units that cannot say that."""
    edits, refused = [], []
    for line in lines:
        if line.base_quantity - line.shipped - line.cancelled <= 0:
            continue
        left = Fraction(line.shipped) * Fraction(line.quantity) / Fraction(line.base_quantity)
        kept = converted(Decimal(1), left, 4)
        if kept is None:
            refused.append(why.UNIT_BROKEN(order.pk, line=line.line_no, sku=line.sku.code, shipped=plain(line.shipped)))
        else:
            edits.append(LineEdit(line.line_no, quantity=kept))
    if not any(line.shipped for line in lines):
        refused.append(why.CLOSE_NOTHING_SHIPPED(order.pk))
    elif not edits and not refused:
        refused.append(why.NOTHING_OPEN(order.pk))
    return ChangeSpec(order.pk, spec.reason, spec.kind, lines=edits), refused


# --- the head -------------------------------------------------------------------------------------------------------

PART_OF = {
    "transport_mode": Part.TRANSPORT, "packing": Part.TRANSPORT,
    "customer_reference": Part.REFERENCE, "contact_name": Part.REFERENCE, "contact_phone": Part.REFERENCE,
    "note": Part.REFERENCE, "wanted_date": Part.DATE, "promised_date": Part.DATE, "payment_due": Part.DATE,
    "discount": Part.PRICE, "freight": Part.PRICE,
}  # fmt: skip
"""Which part of a change a column belongs to; the others are the address."""


def _head(made: Plan, known: Known) -> None:
    order, spec = made.order, made.spec
    for name, value in spec.head.items():
        if name not in HEAD:
            made.say(why.FIELD(order.pk, field=name, where=name))
        elif value != getattr(order, name):
            made.head[name] = value
            made.part(PART_OF.get(name, Part.ADDRESS), value - getattr(order, name) if name in MONEY else ZERO)
    if spec.carrier_id is not None:
        made.part(Part.TRANSPORT)
        if not known.open_shipments:
            made.say(why.NO_OPEN_SHIPMENT(order.pk, where="carrier_id"))
    made.refused += _why_head(made, known)


def _why_head(made: Plan, known: Known) -> Iterator[Refusal]:
    pk = made.pk
    for name, value in made.head.items():
        if (limit := LENGTHS.get(name)) and len(value) > limit and name in order_why.TOO_LONG:
            yield order_why.TOO_LONG[name](pk, limit=limit, where=name)
        if name in MONEY and not (value.is_finite() and ZERO <= value <= MOST_MONEY and value == round(value, 2)):
            yield order_why.AMOUNT_WRONG[name](pk, amount=str(value), where=name)
        if name in {"wanted_date", "promised_date"} and value and value < known.today:
            yield order_why.WANTED_PAST(pk, date=value.isoformat(), where=name)
    said: dict[str, Any] = {
        n: made.head[n] for n in ("contact_phone", "ship_postcode", "receiver_phone") if n in made.head
    }
    yield from why_malformed(pk, {**said, "ship_country": made.value("ship_country")}, made.order.customer.country)
    if Part.ADDRESS in made.parts and known.labelled:
        yield why.UNDER_WAY(pk, shipments=", ".join(known.labelled), where="ship_street")
    if "freight" in made.head and any(line.shipped for line in made.lines):
        yield why.FREIGHT_SHIPPED(pk, where="freight")


# --- the lines ------------------------------------------------------------------------------------------------------


def _edits(made: Plan, known: Known) -> None:
    there = {line.line_no: line for line in made.lines if not is_taken_out(line)}
    seen: set[int] = set()
    for edit in made.spec.lines:
        line = there.get(edit.line_no)
        where = f"lines.{edit.line_no}"
        if line is None:
            made.say(why.NO_LINE(made.pk, line=edit.line_no, where=where))
        elif edit.line_no in seen:
            made.say(why.LINE_TWICE(made.pk, line=edit.line_no, where=where))
        else:
            seen.add(edit.line_no)
            _edit(made, line, edit, known)


def _edit(made: Plan, line: OrderLine, edit: LineEdit, known: Known) -> None:
    at = {"line": line.line_no, "sku": line.sku.code, "where": f"lines.{line.line_no}"}
    if edit.quantity is not None and edit.quantity != line.quantity:
        _quantity(made, line, edit.quantity, known, at)
    for name in ("unit_price", "discount_rate"):
        value = getattr(edit, name)
        if value is not None and value != getattr(line, name):
            _price(made, line, name, value, at)
    if edit.wanted_date is not None and edit.wanted_date != line.wanted_date:
        line.wanted_date = edit.wanted_date
        made.part(Part.DATE)
        if edit.wanted_date < known.today:
            made.say(order_why.WANTED_PAST_LINE(made.pk, date=edit.wanted_date.isoformat(), **at))
    if edit.parameters is not None and dict(edit.parameters) != line.parameters:
        made.part(Part.PARAMETERS)
        line.parameters = dict(edit.parameters)
        if made.spec.kind != ChangeKind.PRODUCT:
            made.say(why.FROZEN(made.pk, **at))
        elif line.shipped:
            made.say(why.PRODUCT_SHIPPED(made.pk, **at))


def _quantity(made: Plan, line: OrderLine, quantity: Decimal, known: Known, at: Mapping[str, Any]) -> None:
    sku = known.skus[line.sku_id]
    if not quantity.is_finite() or quantity < 0:
        made.say(order_why.QUANTITY_NOT_POSITIVE(made.pk, quantity=str(quantity), **at))
        return
    if quantity > known.max_quantity:
        made.say(order_why.QUANTITY_TOO_LARGE(made.pk, quantity=str(quantity), limit=str(known.max_quantity), **at))
        return
    factor = Fraction(line.base_quantity) / Fraction(line.quantity)
    base = converted(quantity, factor, sku.decimals) if quantity % STEP == 0 else None
    if base is None:
        unit = {"unit": sku.unit_name, "unit_en": sku.unit_name_en, "decimals": sku.decimals}
        made.say(order_why.QUANTITY_FRACTION(made.pk, quantity=f"{quantity:f}", **unit, **at))
    elif base < line.shipped:
        made.say(why.SHIPPED(made.pk, shipped=plain(line.shipped), **at))
    elif not base:
        line.cancelled, line.discount_rate = line.base_quantity, ALL
        line.price_reason = {**line.price_reason, "source": TAKEN_OUT}
        made.out.append(line)
        made.part(Part.REMOVED, line.gross)
    else:
        made.part(Part.QUANTITY, line.gross * (quantity - line.quantity) / line.quantity)
        line.quantity, line.base_quantity = quantity, base


def _price(made: Plan, line: OrderLine, name: str, value: Decimal, at: Mapping[str, Any]) -> None:
    most, step = (MOST_MONEY, Decimal("0.000001")) if name == "unit_price" else (ALL, STEP)
    if not value.is_finite() or not ZERO <= value <= most or value % step:
        wrong = order_why.PRICE_WRONG if name == "unit_price" else order_why.RATE_WRONG
        made.say(wrong(made.pk, price=str(value), rate=str(value), **at))
    elif line.shipped:
        made.say(why.PRICE_SHIPPED(made.pk, **at))
    elif line not in made.out:
        old = line.unit_price * (1 - line.discount_rate)
        setattr(line, name, value)
        line.price_reason = {**line.price_reason, "source": "overridden"}
        made.part(Part.PRICE, (line.unit_price * (1 - line.discount_rate) - old) * line.quantity)


def _add(made: Plan, known: Known) -> None:
    last = max((line.line_no for line in made.lines), default=0)
    for number, line in enumerate(known.added, last + 1):
        line.order_id, line.line_no = made.pk, number
        made.added.append(line)
        made.lines.append(line)
        price = line.unit_price * (1 - line.discount_rate)
        listed = Decimal(line.price_reason.get("list_price") or 0)
        made.part(Part.ADDED if price else Part.GIFT, (price or listed) * line.quantity)
        if line.price_reason["source"] == "missing":
            made.say(
                order_why.PRICE_MISSING(made.pk, line=number, sku=line.sku.code, where=f"added.{number - last - 1}")
            )
    if len(made.lines) > known.max_lines:
        made.say(order_why.TOO_MANY_LINES(made.pk, lines=len(made.lines), limit=known.max_lines))
    if made.spec.kind == ChangeKind.PRODUCT and set(made.parts) - {Part.PARAMETERS, Part.DATE}:
        made.say(why.PRODUCT_ONLY(made.pk))
    if not any(line.base_quantity > line.cancelled for line in made.lines):
        made.say(why.NOTHING_LEFT(made.pk))


# --- what follows ---------------------------------------------------------------------------------------------------


def _amounts(made: Plan) -> None:
    """Every line again: the order discount is shared anew."""
    order, currency = made.order, made.order.currency
    amounts = document(
        [PricedLine(line.quantity, line.unit_price, line.discount_rate, line.tax_rate) for line in made.lines],
        discount=made.value("discount"),
        freight=made.value("freight"),
        freight_tax_rate=order.freight_tax_rate,
        includes_tax=order.prices_include_tax,
        currency=currency,
    )
    if made.value("discount") > amounts.goods:
        figures = {"discount": f"{made.value('discount'):f}", "goods": f"{amounts.goods:f}"}
        made.say(order_why.DISCOUNT_TOO_LARGE(made.pk, **figures, where="discount"))
    if amounts.gross > MOST_MONEY:
        made.say(order_why.AMOUNT_TOO_LARGE(made.pk))
    for line, amount, share in zip(made.lines, amounts.lines, amounts.discounts, strict=True):
        line.order_discount = share
        line.net, line.tax, line.gross = amount.net, amount.tax, amount.gross
        if line.pk and _differs(line, made.before[line.pk]):
            made.touched.append(line)
    for name, value in (
        ("freight_net", amounts.freight.net),
        ("freight_tax", amounts.freight.tax),
        ("net", amounts.net),
        ("tax", amounts.tax),
        ("gross", amounts.gross),
        ("fingerprint", fingerprint(order, [line for line in made.lines if not is_taken_out(line)])),
    ):
        if value != getattr(order, name):
            made.head[name] = value
    if amounts.gross < order.invoiced:
        figures = {"invoiced": f"{order.invoiced:.2f}", "gross": f"{amounts.gross:.2f}"}
        made.say(why.FEWER_THAN_INVOICED(made.pk, **figures))


CHANGED = (
    "quantity", "base_quantity", "unit_price", "discount_rate", "price_reason", "order_discount", "net", "tax", "gross",
    "wanted_date", "parameters",
)  # fmt: skip
"""The columns of a line that a change writes; what is cancelled is written as progress."""


def _differs(line: OrderLine, before: OrderLine) -> bool:
    return any(getattr(line, name) != getattr(before, name) for name in CHANGED)


def _promise(made: Plan, known: Known) -> None:
    """More of what is made to order comes when it can be made: the promise moves, and that is shown beforehand."""
    promised = made.value("promised_date")
    for line in made.lines:
        before = made.before.get(line.pk)
        more = line.base_quantity > (before.base_quantity if before else ZERO)
        ready = known.ready.get(known.skus[line.sku_id].lead_days) if line.made_to_order and more else None
        if promised and ready and ready > promised:
            promised = ready
    if promised != made.value("promised_date"):
        made.head["promised_date"] = promised


def _frozen_worth(made: Plan) -> None:
    """What is signed for or invoiced of a line comes to what it came to before, to the coin; so does an invoice's tax.

    What is only signed for is settled with its tax included, so a coin of tax may move to what is still to come.
    """
    currency = made.order.currency
    for line in made.touched:
        before = made.before[line.pk]
        at = {"line": line.line_no, "sku": line.sku.code, "where": f"lines.{line.line_no}"}

        def worth(one: OrderLine, quantity: Decimal, total: Decimal) -> Decimal:
            return portion(total, one.base_quantity, ZERO, quantity, currency)

        for quantity in {line.invoiced, line.signed} - {ZERO}:
            was, now = worth(before, quantity, before.gross), worth(line, quantity, line.gross)
            if was != now:
                made.say(why.WORTH(made.pk, before=f"{was:.2f}", after=f"{now:.2f}", **at))
                break
        else:
            was, now = (worth(one, line.invoiced, one.tax) for one in (before, line))
            if was != now:
                made.say(why.WORTH_TAX(made.pk, before=f"{was:.2f}", after=f"{now:.2f}", **at))


def _worse(made: Plan) -> None:
    """What the customer signs for: a later promise, a higher price, less discount, more freight (R169)."""
    order, promised = made.order, made.value("promised_date")
    if order.promised_date and promised and promised > order.promised_date:
        days = {"before": order.promised_date.isoformat(), "after": promised.isoformat()}
        made.worse.append(why.LATER(made.pk, **days))
    for line in made.touched:
        old, new = (one.unit_price * (1 - one.discount_rate) for one in (made.before[line.pk], line))
        if new > old:
            figures = {"before": plain(round(old, 6)), "after": plain(round(new, 6))}
            made.worse.append(why.DEARER(made.pk, line=line.line_no, sku=line.sku.code, **figures))
    for name, reason, sign in (("discount", why.LESS_DISCOUNT, -1), ("freight", why.MORE_FREIGHT, 1)):
        was, now = getattr(order, name), made.value(name)
        if sign * (now - was) > 0:
            made.worse.append(reason(made.pk, before=f"{was:.2f}", after=f"{now:.2f}"))
