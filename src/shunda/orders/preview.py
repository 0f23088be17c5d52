"""An order before it is saved: prices with their reasons, stock, totals, checks; by the rules of the actions.

Nothing is written. A line that cannot be resolved keeps its reasons and is left out of everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from shunda.catalog.models import Sku
from shunda.catalog.queries import SkuFacts
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.customers.models import Customer
from shunda.inventory import queries as inventory
from shunda.inventory.queries import Availability
from shunda.orders import assembly, checks, facts
from shunda.orders import reasons as why
from shunda.orders.checks import Finding
from shunda.orders.entry import Entry, EntryFacts, EntryLine, read, read_line
from shunda.orders.models import Order, OrderLine
from shunda.orders.rules import OVERRIDE_FLOOR
from shunda.orders.specs import ZERO, OrderSpec
from shunda.pricing.queries import quote
from shunda.pricing.rules import Amounts, DocumentAmounts, PricedLine, document


@dataclass(frozen=True, slots=True)
class LinePreview:
    """A line as it would be stored, what there is of it, and what is to be said of it.

    ``refusals`` say why it could not be stored; then there is no ``line``.
    """

    sku: SkuFacts | None = None
    line: OrderLine | None = None
    stock: Availability | None = None
    earliest: date | None = None
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """The lines asked for, what they come to, and the terms they are added up on; ``amounts`` are by place.

    ``goods`` is what all lines cost before the order discount, those that were not asked for included.
    """

    lines: list[LinePreview]
    total: DocumentAmounts
    amounts: Mapping[int, Amounts]
    goods: Decimal
    currency: str
    refusals: list[Refusal]


def preview(
    spec: OrderSpec, *, by: Actor, at: datetime, numbers: Sequence[int] | None = None, beside: Decimal = ZERO
) -> Preview:
    """Price some lines of an order and add them up, in a fixed number of queries.

    ``numbers`` are the places of the lines given (from one, as people count); ``beside`` is what the order's other
    lines cost, before its discount. Without a customer the general list counts.
    """
    places = list(numbers or range(1, len(spec.lines) + 1))
    known = facts.for_lines([spec], by)
    resolved = [read_line(0, place, line, known) for place, line in zip(places, spec.lines, strict=True)]
    customer = known.customers.get(spec.customer_id)
    entry = Entry(spec, customer or Customer(), _head(spec, customer, known), [line for line, _why in resolved if line])
    priced = iter(_priced(entry, at))
    rows = {place: next(priced) for place, (line, _why) in zip(places, resolved, strict=True) if line}
    total = _document(spec, list(rows.values()), entry.head["currency"])
    goods = total.goods + beside
    there = _stock(entry, at)
    order = Order(discount=spec.discount, kind=spec.kind)
    lines = []
    for place, (line, refusals) in zip(places, resolved, strict=True):
        if line is None:
            lines.append(LinePreview(refusals=refusals))
            continue
        row = rows[place]
        row.line_no, row.sku = place, Sku(pk=line.sku.id, code=line.sku.code)
        said = list(checks.price_findings(order, row, goods))
        lines.append(LinePreview(line.sku, row, *there.of(line), refusals=[], findings=said))
    amounts = dict(zip(rows, total.lines, strict=True))
    return Preview(lines, total, amounts, goods, entry.head["currency"], _too_much(spec, goods) if goods else [])


def _head(spec: OrderSpec, customer: Customer | None, known: EntryFacts) -> dict[str, Any]:
    warehouse = spec.warehouse_id if spec.warehouse_id in known.warehouses else known.default_warehouse
    currency = spec.currency or (customer.currency if customer else "CNY")
    return {"currency": currency, "warehouse_id": warehouse}


def _priced(entry: Entry, at: datetime) -> list[OrderLine]:
    quotes = quote(list(assembly.asks(entry, localtime(at).date())))
    return [assembly.line_of(0, line, one) for line, one in zip(entry.lines, quotes, strict=True)]


@dataclass(frozen=True, slots=True)
class _Stock:
    """What there is of some articles in a warehouse, and from when on there is more."""

    there: Mapping[int, Availability]
    expected: Mapping[int, date]
    ready: Mapping[int, date]
    today: date

    def of(self, line: EntryLine) -> tuple[Availability | None, date | None]:
        """Stock of a line's article, and the first day this quantity can leave; none when nothing is announced."""
        stock = self.there.get(line.sku.id)
        if line.sku.made_to_order:
            return stock, self.ready.get(line.sku.lead_days)
        if stock is not None and line.base_quantity <= stock.available:
            return stock, self.today
        return stock, self.expected.get(line.sku.id)


def _stock(entry: Entry, at: datetime) -> _Stock:
    ids, warehouse_id = {line.sku.id for line in entry.lines}, entry.head["warehouse_id"]
    today = localtime(at).date()
    if warehouse_id is None or not ids:
        return _Stock({}, {}, {}, today)
    there = {sku: stock for (sku, _place), stock in inventory.availability(ids, [warehouse_id]).items()}
    days = {line.sku.lead_days for line in entry.lines if line.sku.made_to_order}
    short = {line.sku.id for line in entry.lines if line.base_quantity > there[line.sku.id].available}
    ready = {n: on for n in days if (on := checks.working_day(facts.calendar(), at, n))} if days else {}
    return _Stock(there, inventory.earliest(short, warehouse_id) if short else {}, ready, today)


def _document(spec: OrderSpec, rows: Sequence[OrderLine], currency: str) -> DocumentAmounts:
    """The amounts of these lines; a discount that is more than their goods is left out here."""
    lines = [PricedLine(row.quantity, row.unit_price, row.discount_rate, row.tax_rate) for row in rows]
    freight, rate = spec.freight, spec.freight_tax_rate
    whole = document(lines, spec.discount, freight, rate, spec.prices_include_tax, currency)
    if spec.discount > whole.goods:
        return document(lines, ZERO, freight, rate, spec.prices_include_tax, currency)
    return whole


def _too_much(spec: OrderSpec, goods: Decimal) -> list[Refusal]:
    if spec.discount <= goods:
        return []
    return [why.DISCOUNT_TOO_LARGE(0, discount=f"{spec.discount:f}", goods=f"{goods:f}", where="discount")]


@dataclass(frozen=True, slots=True)
class Examined:
    """What keeps an unsaved order from being saved or submitted, and what the checks find besides."""

    refused: list[Refusal]
    missing: list[Refusal]
    findings: list[Finding]


def examined(
    spec: OrderSpec, *, by: Actor, at: datetime, order: Order | None = None, numbers: Sequence[int] | None = None
) -> Examined:
    """Every check of submission and every finding for an order as typed, in a fixed number of queries.

    ``order`` is the draft that is being changed, so that it is not found to be its own duplicate; ``numbers`` are the
    places of the lines, from one.
    """
    known = facts.for_entry([spec], by)
    ident = order.pk if order else 0
    every = list(numbers or range(1, len(spec.lines) + 1))
    read_lines = [read_line(ident, place, line, known) for place, line in zip(every, spec.lines, strict=True)]
    places = [place for place, (line, _why) in zip(every, read_lines, strict=True) if line]
    kept = [line for line, (found, _why) in zip(spec.lines, read_lines, strict=True) if found]
    refused = [refusal for _line, reasons in read_lines for refusal in reasons]
    entry, more = read(ident, replace(spec, lines=kept), known)
    refused += more
    if entry is None:
        return Examined(refused, [], [])
    draft = _unsaved(entry, order, places, by, at)
    missing, found = facts.gaps(draft.order, at, may_override=by.may(OVERRIDE_FLOOR), lines=draft.lines)
    return Examined(refused, missing, found)


def _unsaved(entry: Entry, order: Order | None, places: Sequence[int], by: Actor, at: datetime) -> assembly.Draft:
    on = localtime(at).date()
    started = order.created_at if order else at
    blank = Order(pk=order.pk if order else 0, order_date=on, created_at=started, created_by_id=by.id)
    if order is not None:
        blank.number = order.number
    draft = assembly.draft(entry, quote(list(assembly.asks(entry, on))), blank)
    for place, row, line in zip(places, draft.lines, entry.lines, strict=True):
        row.line_no = place
        row.sku = Sku(pk=line.sku.id, code=line.sku.code)
    return draft
