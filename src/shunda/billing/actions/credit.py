"""Credit notes: an issued invoice is taken back, whole or in part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from shunda.billing import queries, rules, steps
from shunda.billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from shunda.billing.reasons import NOTHING_TO_CREDIT, ORDER_CLOSED
from shunda.billing.rules import NOTHING, Amounts
from shunda.billing.specs import CreditSpec
from shunda.billing.states import INVOICE
from shunda.billing.steps import Part
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.credit import steps as credit_steps
from shunda.credit.models import Bucket
from shunda.orders import queries as order_queries
from shunda.orders import steps as order_steps
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER, OrderStatus
from shunda.orders.worth import claimed

InvoiceLines = Mapping[int, Mapping[int, InvoiceLine]]
CREDITABLE = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note to be: its lines with quantity and amounts, and the freight."""

    invoice: Invoice
    lines: list[tuple[InvoiceLine, Decimal, Amounts]]
    freight: Amounts
    reason: str

    @property
    def totals(self) -> Amounts:
        """Lines and freight."""
        return sum((amounts for _, _, amounts in self.lines), self.freight)


@action("billing.credit_invoice")
def credit(
    specs: Sequence[CreditSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[CreditNote]:
    """Take back issued invoices or parts of them; returns the credit notes.

    The goods count as shipped and not invoiced again, also in the customer's credit; what was paid beyond the rest of
    the invoice becomes an advance on the order. All of an invoice is credited by exactly its amount, whatever parts
    were credited before. Refused beyond what is left of each line, and without a reason.
    """
    wanted = {spec.invoice_id: spec for spec in specs}
    orders = steps.lock_orders(Invoice.objects.filter(pk__in=wanted).values_list("order_id", flat=True))
    batch = Batch(queries.invoices_seen_by(by), wanted, INVOICE, "credit", versions=versions)
    steps.refuse_twice(batch, (spec.invoice_id for spec in specs))
    order_lines = order_queries.lines_by_id(orders)
    contents = queries.invoice_lines(batch, order_lines)
    freight_left = _freight_left(batch)
    batch.refuse_if(lambda i: _why_not(i, orders[i.order_id], contents[i.pk], wanted[i.pk], freight_left[i.pk]))
    taken = [_credit(i, contents[i.pk], wanted[i.pk], freight_left[i.pk]) for i in batch]
    notes = _write(taken, at)
    freed = _free([(c.invoice, c.totals.gross) for c in taken])
    _claim_back(taken, orders, order_lines, freed, by=by, at=at)
    for note, row in zip(notes, batch, strict=True):
        batch.amend(row, {"credited": row.credited + note.gross})
        batch.note(row.pk, number=row.number, credit_note=note.number, gross=str(note.gross), reason=note.reason)
    outcome = batch.commit(by=by, at=at)
    record([happening("credit_note.issue", n, number=n.number, gross=str(n.gross)) for n in notes], by=by, at=at)
    steps.show_what_remains([orders[n.order_id] for n in notes], by=by, at=at)
    return Outcome(notes, outcome.refused)


def _freight_left(invoices: Iterable[Invoice]) -> dict[int, Amounts]:
    """The freight of each invoice that no credit note took back."""
    rows = {row.pk: row for row in invoices}
    sums = CreditNote.objects.filter(invoice__in=rows).values("invoice_id").annotate(
        net=Sum("freight_net"), tax=Sum("freight_tax")
    )  # fmt: skip
    back = {s["invoice_id"]: Amounts(s["tax"], s["net"] + s["tax"]) for s in sums}
    return {
        pk: Amounts(row.freight_tax, row.freight_net + row.freight_tax) - back.get(pk, NOTHING)
        for pk, row in rows.items()
    }


def _quantities(spec: CreditSpec, lines: Mapping[int, InvoiceLine]) -> Mapping[int, Decimal]:
    if spec.lines is not None:
        return spec.lines
    return {pk: line.quantity - line.credited for pk, line in lines.items() if line.quantity > line.credited}


def _why_not(
    row: Invoice, order: Order, lines: Mapping[int, InvoiceLine], spec: CreditSpec, freight: Amounts
) -> Iterable[Refusal]:
    if order.status not in CREDITABLE:
        yield ORDER_CLOSED(row.pk, order=order.number, status=ORDER.label(order.status))
    if why := rules.why_reason(row.pk, spec.reason):
        yield why
    quantities = _quantities(spec, lines)
    yield from rules.why_not_credit(row, lines, quantities)
    if not quantities and not (_takes_freight(spec) and freight.gross):
        yield NOTHING_TO_CREDIT(row.pk, invoice=row.number)


def _takes_freight(spec: CreditSpec) -> bool:
    return spec.freight or spec.lines is None


def _credit(row: Invoice, lines: Mapping[int, InvoiceLine], spec: CreditSpec, freight: Amounts) -> Credit:
    quantities = _quantities(spec, lines)
    return Credit(
        row,
        [(lines[pk], n, rules.credited(lines[pk], n, row.currency)) for pk, n in quantities.items()],
        freight if _takes_freight(spec) else NOTHING,
        spec.reason.strip(),
    )


_CREDITED = """
update billing_invoiceline l set credited = l.credited + n.quantity
from unnest(%s::bigint[], %s::numeric[]) n(id, quantity) where l.id = n.id
"""


def _write(taken: Sequence[Credit], at: datetime) -> list[CreditNote]:
    """The notes with their lines; the invoice lines are credited."""
    notes = CreditNote.objects.bulk_create(
        CreditNote(
            number=number,
            invoice=c.invoice,
            order_id=c.invoice.order_id,
            customer_id=c.invoice.customer_id,
            reason=c.reason,
            currency=c.invoice.currency,
            freight_net=c.freight.net,
            freight_tax=c.freight.tax,
            net=c.totals.net,
            tax=c.totals.tax,
            gross=c.totals.gross,
            issued_at=at,
        )
        for c, number in zip(taken, steps.documents("CN", len(taken), at), strict=True)
    )
    lines = [
        CreditNoteLine(
            note=note,
            order_id=note.order_id,
            invoice_line=line,
            quantity=quantity,
            net=amounts.net,
            tax=amounts.tax,
            gross=amounts.gross,
        )
        for note, c in zip(notes, taken, strict=True)
        for line, quantity, amounts in c.lines
    ]
    CreditNoteLine.objects.bulk_create(lines)
    with connection.cursor() as cursor:
        cursor.execute(_CREDITED, [[line.invoice_line_id for line in lines], [line.quantity for line in lines]])
    return notes


def _free(credited: Sequence[tuple[Invoice, Decimal]]) -> list[Part]:
    """What was paid beyond the rest of an invoice becomes an advance on its order, newest payment first."""
    too_much = {row.pk: row.paid - (row.gross - row.credited - amount) for row, amount in credited}
    over = [pk for pk, amount in too_much.items() if amount > 0]
    paid: defaultdict[int, list[tuple[int, int, Decimal]]] = defaultdict(list)
    for payment_id, order_id, invoice_id, amount in queries.allocated(invoice__in=over) if over else ():
        paid[invoice_id or 0].insert(0, (payment_id, order_id, amount))
    parts = []
    for pk in over:
        left = too_much[pk]
        for payment_id, order_id, amount in paid[pk]:
            part = min(left, amount)
            if part > 0:
                parts += [Part(payment_id, order_id, pk, -part), Part(payment_id, order_id, None, part)]
                left -= part
    return parts


def _claim_back(
    taken: Sequence[Credit],
    orders: Mapping[int, Order],
    order_lines: Mapping[int, Mapping[int, OrderLine]],
    freed: Sequence[Part],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Lines and orders are no longer invoiced; payments are freed; credit goes back from invoiced to shipped."""
    steps.allocate(freed, orders, by=by, at=at)
    back: defaultdict[int, Decimal] = defaultdict(Decimal)
    for c in taken:
        back[c.invoice.order_id] += c.totals.gross
    order_steps.progress(
        [LineChange(line.order_line_id, invoiced=-quantity) for c in taken for line, quantity, _ in c.lines]
    )
    order_steps.money({pk: (-amount, rules.ZERO) for pk, amount in back.items()})
    movements = []
    for pk, amount in back.items():
        order, lines = orders[pk], order_lines[pk].values()
        before = claimed(order, lines)
        order.invoiced -= amount
        rest = before - claimed(order, lines)
        if steps.on_credit(order):
            move = (order.customer_id, pk)
            movements.append(credit_steps.Movement(*move, Bucket.INVOICED, Bucket.SHIPPED, amount, "credit"))
            movements.append(credit_steps.Movement(*move, Bucket.SHIPPED, Bucket.ORDERED, rest, "credit"))
    credit_steps.shift(movements, at=at)
