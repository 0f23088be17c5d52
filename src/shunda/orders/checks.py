"""The system's own checks of an order, department by department, as data (R033-R046, R054, R056, R157). Pure.

``ok`` says that something was looked at and is right, ``warn`` that somebody should look, ``block`` that
confirmation would be refused as things stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from shunda.catalog.queries import SkuFacts
from shunda.core.money import plain
from shunda.core.refusal import Reason, Refusal
from shunda.credit.queries import Exposure
from shunda.credit.reasons import OVER_LIMIT
from shunda.credit.rules import Score
from shunda.customers.models import Customer, PaymentTerm, TermKind
from shunda.inventory.queries import Availability
from shunda.orders import reasons as why
from shunda.orders.assembly import OVERRIDDEN
from shunda.orders.models import Department, InvoiceKind, Order, OrderKind, OrderLine
from shunda.orders.rules import effective_price, goods_total
from shunda.orders.specs import ZERO
from shunda.orders.written import Measure, needs
from shunda.policies.calendar import Calendar, UnknownYear

Level = Literal["ok", "warn", "block"]
D = Department


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and whom it concerns."""

    level: Level
    code: str
    data: Mapping[str, Any]
    departments: tuple[str, ...]

    @property
    def message(self) -> str:
        """The sentence in the language of the reader."""
        return Refusal(None, self.code, self.data).message

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with a review."""
        return {"level": self.level, "code": self.code, "data": dict(self.data)}


@dataclass(frozen=True, slots=True)
class Other:
    """Another order that looks like this one."""

    id: int
    number: str
    on: date


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What the checks of a batch of orders look at, read beforehand in a fixed number of queries."""

    at: datetime
    today: date
    lines: Mapping[int, Sequence[OrderLine]]
    customers: Mapping[int, Customer]
    terms: Mapping[int, PaymentTerm]
    warehouses: Mapping[int, str]
    skus: Mapping[int, SkuFacts]
    stock: Mapping[tuple[int, int], Availability]
    restock: Mapping[tuple[int, int], date]
    exposure: Mapping[int, Exposure]
    scores: Mapping[int, Score]
    release_score: int
    duplicates: Mapping[int, Sequence[Other]]
    references: Mapping[int, Sequence[Other]]
    letters: frozenset[int]  # orders with a signed confirmation letter
    written: Measure
    calendar: Calendar = field(default_factory=Calendar)


def findings(order: Order, facts: CheckFacts) -> list[Finding]:
    """Everything the checks say about an order, worst first within each check."""
    return [
        *_customer(order, facts),
        *_duplicates(order, facts),
        *_prices(order, facts),
        *_credit(order, facts),
        *_terms(order, facts),
        *_stock(order, facts),
        *_made_to_order(order, facts),
        *_dates(order, facts),
        *_wishes(order, facts),
    ]


def for_department(found: Sequence[Finding], department: str) -> list[Finding]:
    """What concerns one department; contracts and top management see everything."""
    if department in (D.CONTRACT, D.MANAGEMENT):
        return list(found)
    return [finding for finding in found if department in finding.departments]


def _found(level: Level, reason: Reason, /, *to: str, **data: Any) -> Finding:
    return Finding(level, reason.code, data, to)


def _customer(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    customer = facts.customers[order.customer_id]
    if customer.frozen:
        yield _found(
            "block", why.CUSTOMER_FROZEN, D.SALES, D.FINANCE, customer=customer.name, reason=customer.frozen_reason
        )
    for name, filed in (("customer_name", customer.name), ("credit_code", customer.credit_code)):
        value = getattr(order, name)
        if value and filed and value != filed:
            yield _found("warn", why.CUSTOMER_DIFFERS, D.SALES, D.FINANCE, value=value, filed=filed, where=name)


def _duplicates(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    for other in facts.duplicates.get(order.pk, ()):
        yield _found("warn", why.DUPLICATE, D.SALES, number=other.number, order_id=other.id, date=other.on.isoformat())
    for other in facts.references.get(order.pk, ()):
        yield _found(
            "warn", why.SAME_REFERENCE, D.SALES,
            number=other.number, order_id=other.id, reference=order.customer_reference, where="customer_reference",
        )  # fmt: skip


def _prices(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    lines = facts.lines[order.pk]
    goods = goods_total(order, lines)
    wrong = [finding for line in lines for finding in price_findings(order, line, goods)]
    yield from sorted(wrong, key=lambda finding: finding.level)
    if lines and not wrong:
        yield _found("ok", why.PRICES_OK, D.SALES, D.FINANCE, lines=len(lines))
    if order.pk not in facts.letters:
        for refusal in needs(order, lines, facts.customers[order.customer_id].term_id, facts.written):
            yield Finding("warn", refusal.code, refusal.data, (D.SALES, D.FINANCE))


def price_findings(order: Order, line: OrderLine, goods: Decimal) -> Iterator[Finding]:
    """What is to be said of one line's price; ``goods`` is what all lines cost before the order discount."""
    at = {"line": line.line_no, "sku": line.sku.code, "where": f"lines.{line.line_no}"}
    price = effective_price(order, line, goods)
    listed = line.price_reason.get("list_price")
    if line.floor is not None and price < line.floor:
        yield _found("block", why.UNDER_FLOOR, D.SALES, D.FINANCE, price=plain(price), floor=plain(line.floor), **at)
    elif not line.unit_price and order.kind != OrderKind.SAMPLE:
        yield _found("warn", why.FREE_OF_CHARGE, D.SALES, D.FINANCE, **at)
    elif listed is None:
        yield _found("warn", why.NO_LIST_PRICE, D.SALES, D.FINANCE, price=plain(line.unit_price), **at)
    elif line.price_reason.get("source") == OVERRIDDEN and price < Decimal(listed):
        less = round((1 - price / Decimal(listed)) * 100, 1)
        yield _found(
            "warn", why.BELOW_LIST, D.SALES, D.FINANCE,
            price=plain(price), list_price=listed, percent=plain(less), **at,
        )  # fmt: skip


def _named(**terms: PaymentTerm) -> dict[str, str]:
    """Payment terms by name in both languages, for findings are read in either."""
    chinese = {role: term.name for role, term in terms.items()}
    return chinese | {f"{role}_en": term.name_en for role, term in terms.items()}


def _credit(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    term = facts.terms[order.term_id]
    if term.kind != TermKind.CREDIT:
        yield _found("ok", why.NO_CREDIT, D.SALES, D.FINANCE, **_named(term=term))
        return
    standing = facts.exposure[order.customer_id]
    fits = order.gross <= standing.free
    yield _found(
        "ok" if fits else "block", why.CREDIT_OK if fits else OVER_LIMIT, D.SALES, D.FINANCE,
        amount=f"{order.gross:.2f}", currency=order.currency, limit=f"{standing.effective:.2f}",
        exposure=f"{standing.exposure:.2f}", free=f"{max(standing.free, ZERO):.2f}",
    )  # fmt: skip
    yield _score(facts.scores[order.customer_id], facts.release_score, order.currency)


def _score(score: Score, least: int, currency: str) -> Finding:
    """The release model: a poor score is for people to look at (R049, R057)."""
    poor = score.points < least
    reason = why.SCORE_POOR if poor else why.SCORE_OK
    inputs = score.inputs
    rate = "–" if score.rate is None else f"{score.rate * 100:.0f}%"
    return _found(
        "warn" if poor else "ok", reason, D.FINANCE,
        score=score.points, least=least, rate=rate, due=f"{inputs.due:.2f}", used=score.used,
        overdue=f"{inputs.overdue:.2f}", days=inputs.days, currency=currency,
    )  # fmt: skip


def _terms(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    term, own = facts.terms[order.term_id], facts.terms[facts.customers[order.customer_id].term_id]
    if term.pk == own.pk:
        yield _found("ok", why.TERMS_OK, D.FINANCE, **_named(term=term))
    else:
        yield _found("warn", why.TERMS_DIFFER, D.FINANCE, **_named(term=term, own=own), where="term")
    if order.invoice_kind == InvoiceKind.SPECIAL and not (order.credit_code and order.bank and order.bank_account):
        yield _found("warn", why.INVOICE_DATA, D.FINANCE, where="credit_code")
    elif order.invoice_kind != InvoiceKind.NONE:
        yield _found("ok", why.INVOICE_OK, D.FINANCE)


def wanted_of_stock(order: Order, facts: CheckFacts) -> dict[int, Decimal]:
    """How much of each article has to come from stock; lines of the same article see each other (R050)."""
    wanted: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in facts.lines[order.pk]:
        if not line.made_to_order:
            wanted[line.sku_id] += line.base_quantity
    return wanted


def _stock(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    wanted = wanted_of_stock(order, facts)
    warehouse = facts.warehouses[order.warehouse_id]
    short = False
    for sku_id, quantity in wanted.items():
        place = (sku_id, order.warehouse_id)
        stock, restock = facts.stock[place], facts.restock.get(place)
        if stock.available < quantity:
            short = True
            yield _found(
                "block", why.SHORT if restock else why.SHORT_NO_DATE, D.SALES, D.WAREHOUSE,
                sku=facts.skus[sku_id].code, wanted=plain(quantity), available=plain(stock.available),
                in_transit=plain(stock.in_transit), warehouse=warehouse,
                restock=restock.isoformat() if restock else None,
            )  # fmt: skip
    if wanted and not short:
        yield _found("ok", why.STOCK_OK, D.SALES, D.WAREHOUSE, warehouse=warehouse)


def _made_to_order(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    for line in facts.lines[order.pk]:
        if not line.made_to_order:
            continue
        days, wanted = facts.skus[line.sku_id].lead_days, line.wanted_date or order.wanted_date
        data: dict[str, Any] = {"line": line.line_no, "sku": line.sku.code, "days": days}
        ready = working_day(facts.calendar, facts.at, days)
        if ready is None:
            yield _found("warn", why.MADE_TO_ORDER_NO_DATE, D.SALES, D.PRODUCTION, **data)
        elif wanted and wanted < ready:
            data |= {"earliest": ready.isoformat(), "date": wanted.isoformat()}
            yield _found("warn", why.MADE_TOO_LATE, D.SALES, D.PRODUCTION, **data)
        else:
            yield _found("ok", why.MADE_TO_ORDER, D.SALES, D.PRODUCTION, earliest=ready.isoformat(), **data)


def working_day(calendar: Calendar, at: datetime, days: int) -> date | None:
    """The day so many working days later; none when the calendar of the year is not known."""
    try:
        return calendar.add_days(at, days).date()
    except UnknownYear:
        return None


def _dates(order: Order, facts: CheckFacts) -> Iterator[Finding]:
    if order.wanted_date is None:
        yield _found("warn", why.DATE_OPEN, D.SALES, where="wanted_date")
        return
    late = [
        on
        for sku_id, quantity in wanted_of_stock(order, facts).items()
        if facts.stock[sku_id, order.warehouse_id].available < quantity
        and (on := facts.restock.get((sku_id, order.warehouse_id)))
    ]
    earliest = max(late, default=facts.today)
    if order.wanted_date < earliest:
        yield _found(
            "warn", why.DATE_TIGHT, D.SALES, D.WAREHOUSE,
            date=order.wanted_date.isoformat(), earliest=earliest.isoformat(), where="wanted_date",
        )  # fmt: skip
    else:
        yield _found("ok", why.DATE_OK, D.SALES, date=order.wanted_date.isoformat())


def _wishes(order: Order, _facts: CheckFacts) -> Iterator[Finding]:
    wishes = "; ".join(text for text in (order.packing, order.note) if text)
    if wishes:
        yield _found("warn", why.WISHES, D.SALES, D.WAREHOUSE, text=wishes)
