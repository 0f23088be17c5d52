"""Invoices for what was shipped: drafted, issued, or the draft cancelled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shunda.billing import queries, rules, steps
from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.reasons import (
    BAD_KIND,
    DRAFT_EXISTS,
    DRAFT_OUTDATED,
    HELD,
    NO_INVOICE_WANTED,
    NOT_CONFIRMED,
    NOTHING_TO_INVOICE,
    TAX_NUMBER_TAKEN,
    TWICE,
)
from shunda.billing.rules import Billed, Drafted
from shunda.billing.specs import InvoiceSpec
from shunda.billing.states import INVOICE, InvoiceStatus
from shunda.billing.steps import Part
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.credit import steps as credit
from shunda.credit.models import Bucket
from shunda.customers.models import Customer, TermKind
from shunda.orders import queries as order_queries
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.models import Hold, InvoiceKind, Order, OrderLine, Stops
from shunda.orders.rules import hold_reason, holds_of_line
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER, OrderStatus
from shunda.orders.worth import claimed

Lines = Mapping[int, OrderLine]
ISSUED = ("buyer_name", "buyer_tax_code", "buyer_address", "buyer_bank", "tax_number", "due_date")
"""What a draft gets when it is issued."""
INVOICED_STATUSES = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about drafts, read once for the batch."""

    orders: Mapping[int, Order]
    lines: Mapping[int, Lines]
    billed: Mapping[int, Billed]
    drafts: Mapping[int, Invoice]
    holds: Mapping[int, list[Hold]]
    customers: Mapping[int, Customer]


def _facts(order_ids: Iterable[int]) -> Facts:
    orders = steps.lock_orders(order_ids)
    return Facts(
        orders=orders,
        lines=order_queries.lines_by_id(orders),
        billed=queries.billed(orders),
        drafts=queries.drafts_of(orders),
        holds=order_queries.open_holds(orders, Stops.INVOICE),
        customers=Customer.objects.in_bulk({order.customer_id for order in orders.values()}),
    )


@action("billing.create_invoice")
def invoice(wanted: Sequence[int | InvoiceSpec], *, by: Actor, at: datetime) -> Outcome[Invoice]:
    """Draft VAT invoices for orders: all that is shipped and not invoiced, or the quantities asked for (R173, R175).

    An order's number stands for all of it. Partial invoices add up to the lines exactly; the freight goes with the
    first. Refused: orders not confirmed or held, a draft that waits already, more than is shipped, and for a special
    invoice every fact about the buyer that is missing. A refusal's id is the place in the list.
    """
    specs = [spec if isinstance(spec, InvoiceSpec) else InvoiceSpec(spec) for spec in wanted]
    seen = order_queries.seen_by(by).filter(pk__in={spec.order_id for spec in specs})
    facts = _facts(seen.values_list("pk", flat=True))
    counts = Counter(spec.order_id for spec in specs)
    refused: list[Refusal] = []
    drafted: list[tuple[Order, str, Drafted]] = []
    for index, spec in enumerate(specs):
        order = facts.orders.get(spec.order_id)
        quantities = _quantities(spec, facts.lines.get(spec.order_id, {}), facts.holds.get(spec.order_id, ()))
        reasons = list(_why_not(index, spec, order, quantities, facts))
        reasons += [TWICE(index)] if counts[spec.order_id] > 1 else []
        refused += reasons
        if order is None or reasons:
            continue
        amounts = rules.draft(order, facts.lines[order.pk], quantities, facts.billed[order.pk])
        drafted.append((order, spec.kind or order.invoice_kind, amounts))
    return Outcome(_write(drafted, facts, by=by, at=at), refused)


def _quantities(spec: InvoiceSpec, lines: Lines, holds: Iterable[Hold]) -> Mapping[int, Decimal]:
    """What is asked for, or everything; a line that is held by itself does not keep the others."""
    held = {hold.line_id for hold in holds if hold.line_id}
    if spec.lines is not None:
        return spec.lines
    return {pk: left for pk, line in lines.items() if pk not in held and (left := rules.to_invoice(line))}


def _why_not(
    index: int, spec: InvoiceSpec, order: Order | None, quantities: Mapping[int, Decimal], facts: Facts
) -> Iterable[Refusal]:
    if order is None:
        yield NOT_FOUND(index, where="order_id")
        return
    if order.status not in INVOICED_STATUSES:
        yield NOT_CONFIRMED(index, order=order.number, status=ORDER.label(order.status))
        return
    kind = spec.kind or order.invoice_kind
    if kind not in InvoiceKind or spec.kind == InvoiceKind.NONE:
        yield BAD_KIND(index, kind=spec.kind, where="kind")
    elif kind == InvoiceKind.NONE:
        yield NO_INVOICE_WANTED(index, order=order.number, where="kind")
    if draft := facts.drafts.get(order.pk):
        yield DRAFT_EXISTS(index, order=order.number, invoice=draft.number)
    for hold in holds_of_line(facts.holds[order.pk], set(quantities)):
        yield HELD(index, order=order.number, reason=hold_reason(hold))
    if not quantities:
        yield NOTHING_TO_INVOICE(index, order=order.number)
    yield from rules.why_not_wanted(index, order, facts.lines.get(order.pk, {}), quantities)
    yield from rules.why_not_buyer(index, kind, facts.customers[order.customer_id])


def _write(drafted: Sequence[tuple[Order, str, Drafted]], facts: Facts, *, by: Actor, at: datetime) -> list[Invoice]:
    invoices = Invoice.objects.bulk_create(
        Invoice(
            number=number,
            kind=kind,
            order=order,
            customer_id=order.customer_id,
            currency=order.currency,
            freight_net=amounts.freight.net,
            freight_tax=amounts.freight.tax,
            net=amounts.totals.net,
            tax=amounts.totals.tax,
            gross=amounts.totals.gross,
            created_at=at,
            **rules.buyer(facts.customers[order.customer_id]),
        )
        for (order, kind, amounts), number in zip(drafted, steps.documents("IN", len(drafted), at), strict=True)
    )
    lines = [
        InvoiceLine(
            invoice=made,
            order_id=made.order_id,
            order_line_id=line_id,
            quantity=quantity,
            net=amounts.net,
            tax=amounts.tax,
            gross=amounts.gross,
        )
        for made, (_, _, draft) in zip(invoices, drafted, strict=True)
        for line_id, (quantity, amounts) in draft.lines.items()
    ]
    rows.insert(InvoiceLine, lines)
    record([happening("invoice.create", i, number=i.number, gross=str(i.gross)) for i in invoices], by=by, at=at)
    steps.show_what_remains([facts.orders[i.order_id] for i in invoices], by=by, at=at)
    steps.open_issue(invoices, facts.orders, at=at)
    return invoices


@action("billing.issue_invoice")
def issue(
    ids: Iterable[int],
    *,
    by: Actor,
    at: datetime,
    tax_numbers: Mapping[int, str] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Invoice]:
    """Issue drafts: the buyer is copied, the due day set by the payment term (R173).

    Lines and order are invoiced, credit moves from shipped to invoiced, and what the customer paid in advance pays
    the invoice at once. Refused: a draft that no longer fits what is shipped and invoiced, a hold on invoicing, a
    buyer who lacks what a special invoice needs, a number of the tax authority that is taken.
    """
    ids = list(ids)
    numbers = {pk: number.strip() for pk, number in (tax_numbers or {}).items()}
    facts = _facts(Invoice.objects.filter(pk__in=ids).values_list("order_id", flat=True))
    batch = Batch(queries.invoices_seen_by(by), ids, INVOICE, "issue", versions=versions)
    contents = queries.invoice_lines(batch, facts.lines)
    taken = _taken(numbers)
    batch.refuse_if(
        lambda i: [
            *_why_not_issue(i, list(contents[i.pk].values()), facts),
            *_why_not_number(i.pk, numbers.get(i.pk, ""), taken),
        ]
    )
    for row in batch:
        for name, value in _issued(row, facts, numbers.get(row.pk, ""), at).items():
            setattr(row, name, value)
        due = row.due_date.isoformat() if row.due_date else None
        batch.note(row.pk, number=row.number, gross=str(row.gross), changes={"due_date": [None, due]})
    rows.update(Invoice, batch.rows, ISSUED)
    outcome = batch.commit(by=by, at=at, stamp="issued_at")
    _claim(outcome.done, contents, facts, at=at)
    _pay_in_advance(outcome.done, facts.orders, by=by, at=at)
    steps.close_issue(outcome.done, by=by, at=at)
    steps.show_what_remains([facts.orders[i.order_id] for i in outcome.done], by=by, at=at)
    return outcome


def _taken(numbers: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    """Invoices that have these numbers of the tax authority, or are to get them: (id, our number)."""
    steps.lock_words("invoice", numbers.values())
    wanted = {number: (pk, f"#{pk}") for pk, number in sorted(numbers.items(), reverse=True) if number}
    rows = Invoice.objects.filter(tax_number__in=wanted).exclude(status=InvoiceStatus.CANCELLED)
    return wanted | {number: (pk, ours) for number, pk, ours in rows.values_list("tax_number", "pk", "number")}


def _why_not_number(pk: int, number: str, taken: Mapping[str, tuple[int, str]]) -> Iterable[Refusal]:
    yield from rules.why_text(pk, tax_number=number)
    if number and taken[number][0] != pk:
        yield TAX_NUMBER_TAKEN(pk, tax_number=number, invoice=taken[number][1], where="tax_number")


def _why_not_issue(row: Invoice, drafted: Sequence[InvoiceLine], facts: Facts) -> Iterable[Refusal]:
    order = facts.orders[row.order_id]
    for hold in holds_of_line(facts.holds[order.pk], {line.order_line_id for line in drafted}):
        yield HELD(row.pk, order=order.number, reason=hold_reason(hold))
    if order.status not in INVOICED_STATUSES:
        yield NOT_CONFIRMED(row.pk, order=order.number, status=ORDER.label(order.status))
    quantities = {line.order_line_id: line.quantity for line in drafted}
    now = rules.draft(order, facts.lines[order.pk], quantities, facts.billed[order.pk])
    if not rules.is_current(row, drafted, now, facts.lines[order.pk]):
        yield DRAFT_OUTDATED(row.pk, invoice=row.number, order=order.number)
    yield from rules.why_not_buyer(row.pk, row.kind, facts.customers[row.customer_id])


def _issued(row: Invoice, facts: Facts, tax_number: str, at: datetime) -> dict[str, object]:
    term = facts.orders[row.order_id].term
    days = term.days if term.kind == TermKind.CREDIT else 0
    return {
        **rules.buyer(facts.customers[row.customer_id]),
        "tax_number": tax_number,
        "due_date": steps.day(at) + timedelta(days=days),
    }


def _claim(
    issued: Sequence[Invoice], contents: Mapping[int, Mapping[int, InvoiceLine]], facts: Facts, *, at: datetime
) -> None:
    """Lines and orders are invoiced; the amount moves from shipped to invoiced in the customer's credit."""
    order_steps.progress(
        [LineChange(line.order_line_id, invoiced=line.quantity) for i in issued for line in contents[i.pk].values()]
    )
    order_steps.money({i.order_id: (i.gross, rules.ZERO) for i in issued})
    movements = []
    for row in issued:
        order, lines = facts.orders[row.order_id], facts.lines[row.order_id].values()
        before = claimed(order, lines)
        order.invoiced += row.gross
        rest = claimed(order, lines) - before
        if steps.on_credit(order):
            move = (order.customer_id, order.pk)
            movements.append(credit.Movement(*move, Bucket.ORDERED, Bucket.SHIPPED, rest, "invoice"))
            movements.append(credit.Movement(*move, Bucket.SHIPPED, Bucket.INVOICED, row.gross, "invoice"))
    credit.shift(movements, at=at)


def _pay_in_advance(issued: Sequence[Invoice], orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """What was paid in advance, oldest payment first, moves onto the orders' new invoices."""
    advances: defaultdict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    ids = [row.order_id for row in issued]
    for payment_id, order_id, _, amount in queries.allocated(order__in=ids, invoice__isnull=True):
        advances[order_id].append((payment_id, amount))
    parts = []
    for row in issued:
        for payment_id, amount in advances[row.order_id]:
            part = min(row.gross - row.paid, amount)
            if part > 0:
                row.paid += part
                parts.append(Part(payment_id, row.order_id, None, -part))
                parts.append(Part(payment_id, row.order_id, row.pk, part))
        row.version += 1 if row.paid else 0  # as the database counts it
    steps.allocate(parts, orders, by=by, at=at)


@action("billing.cancel_invoice")
def cancel_draft(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Invoice]:
    """Drop drafts; what they billed can be invoiced anew. An issued invoice is credited instead."""
    ids = list(ids)
    orders = steps.lock_orders(Invoice.objects.filter(pk__in=ids).values_list("order_id", flat=True))
    batch = Batch(queries.invoices_seen_by(by), ids, INVOICE, "cancel", versions=versions)
    for row in batch:
        batch.note(row.pk, number=row.number)
    outcome = batch.commit(by=by, at=at)
    steps.close_issue(outcome.done, by=by, at=at, outcome="dropped")
    steps.show_what_remains([orders[i.order_id] for i in outcome.done], by=by, at=at)
    return outcome
