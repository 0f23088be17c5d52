"""Reads: payments, invoices and settlements an actor may see; what is open, invoiced and advanced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.timezone import localtime

from shunda.billing.models import (
    Allocation,
    CreditNote,
    CreditNoteLine,
    Deduction,
    Invoice,
    InvoiceLine,
    Payment,
    Settlement,
    SettlementLine,
)
from shunda.billing.rules import ZERO, Amounts, Billed, Item, propose
from shunda.billing.states import InvoiceStatus, PaymentStatus
from shunda.core.actor import Actor
from shunda.customers import queries as customers
from shunda.customers.models import TermKind
from shunda.orders import queries as orders
from shunda.orders.models import InvoiceKind, Order, OrderLine
from shunda.orders.states import OrderStatus

PAYABLE = (OrderStatus.APPROVED, OrderStatus.CONFIRMED)
"""An order can be paid from its approval until it is completed."""
OPEN_INVOICE = Q(status=InvoiceStatus.ISSUED, gross__gt=F("credited") + F("paid"))
OPEN_PAYMENT = Q(status=PaymentStatus.RECORDED, matched__lt=F("amount"))
PAID_FIRST = (TermKind.PREPAID, TermKind.ON_DELIVERY)
"""Orders that are paid without an invoice before them."""
MOST_PAYABLE = 200
"""How many orders are offered to choose from; a payment for more is matched through the API or by itself."""


def payments_seen_by(actor: Actor) -> QuerySet[Payment]:
    """Payments of the customers an actor may see."""
    if actor.reach == "all":
        return Payment.objects.all()
    return Payment.objects.filter(customer__in=customers.seen_by(actor).values("pk"))


def invoices_seen_by(actor: Actor) -> QuerySet[Invoice]:
    """Invoices of the orders an actor may see."""
    if actor.reach == "all":
        return Invoice.objects.all()
    return Invoice.objects.filter(order__in=orders.seen_by(actor).values("pk"))


def settlements_seen_by(actor: Actor) -> QuerySet[Settlement]:
    """Settlements of the orders an actor may see."""
    if actor.reach == "all":
        return Settlement.objects.all()
    return Settlement.objects.filter(order__in=orders.seen_by(actor).values("pk"))


def invoice_lines(
    invoices: Iterable[Invoice], order_lines: Mapping[int, Mapping[int, OrderLine]] | None = None
) -> dict[int, dict[int, InvoiceLine]]:
    """Lines by invoice and id, by the order's line number, with SKU and unit; ``order_lines`` if they are known."""
    order_ids = {invoice.pk: invoice.order_id for invoice in invoices}
    known = orders.lines_by_id(set(order_ids.values())) if order_lines is None else order_lines
    lines: dict[int, dict[int, InvoiceLine]] = {pk: {} for pk in order_ids}
    for line in InvoiceLine.objects.filter(invoice__in=order_ids).order_by("invoice_id", "order_line__line_no"):
        line.order_line = known[line.order_id][line.order_line_id]
        lines[line.invoice_id][line.pk] = line
    return lines


_BILLED = """
select order_id, order_line_id, sum(tax), sum(gross) from (
  select l.order_id, l.order_line_id, l.tax, l.gross
  from billing_invoiceline l join billing_invoice i on i.id = l.invoice_id and i.status = 'issued'
  where l.order_id = any(%(ids)s)
  union all
  select c.order_id, l.order_line_id, -c.tax, -c.gross
  from billing_creditnoteline c join billing_invoiceline l on l.id = c.invoice_line_id where c.order_id = any(%(ids)s)
  union all
  select order_id, null, freight_tax, freight_net + freight_tax
  from billing_invoice where status = 'issued' and order_id = any(%(ids)s)
  union all
  select order_id, null, -freight_tax, -freight_net - freight_tax from billing_creditnote where order_id = any(%(ids)s)
) billed group by order_id, order_line_id
"""


def billed(order_ids: Collection[int]) -> dict[int, Billed]:
    """What issued invoices less credit notes bill of each order, by line and of the freight. One query."""
    lines: dict[int, dict[int, Amounts]] = {pk: {} for pk in order_ids}
    freight = dict.fromkeys(order_ids, Amounts())
    with connection.cursor() as cursor:
        cursor.execute(_BILLED, {"ids": list(order_ids)})
        for order_id, line_id, tax, gross in cursor.fetchall():
            if line_id is None:
                freight[order_id] = Amounts(tax, gross)
            else:
                lines[order_id][line_id] = Amounts(tax, gross)
    return {pk: Billed(lines[pk], freight[pk]) for pk in lines}


def drafts_of(order_ids: Collection[int]) -> dict[int, Invoice]:
    """The draft of each order that has one."""
    drafts = Invoice.objects.filter(order__in=order_ids, status=InvoiceStatus.DRAFT)
    return {draft.order_id: draft for draft in drafts}


def with_something_to_invoice(order_ids: Collection[int]) -> set[int]:
    """Orders of these with goods shipped, not returned and not invoiced."""
    rows = OrderLine.objects.filter(order__in=order_ids, shipped__gt=F("returned") + F("invoiced"))
    return set(rows.values_list("order_id", flat=True))


def allocated(**of: object) -> list[tuple[int, int, int | None, Decimal]]:
    """What payments pay, as (payment, order, invoice or none for an advance, amount), oldest payment first.

    What is held back or kept of a deposit pays nothing.
    """
    paying = Allocation.objects.filter(deduction__isnull=True, **of)
    sums = paying.values("payment_id", "order_id", "invoice_id").annotate(sum=Sum("amount"))
    rows = sums.filter(sum__gt=0).order_by("payment_id", "order_id", "invoice_id")
    return list(rows.values_list("payment_id", "order_id", "invoice_id", "sum"))


def withheld(deduction_ids: Collection[int]) -> list[tuple[int, int, Decimal]]:
    """Of which payments deductions hold how much, as (deduction, payment, amount), newest payment first."""
    sums = Allocation.objects.filter(deduction__in=list(deduction_ids)).values("deduction_id", "payment_id")
    rows = sums.annotate(sum=Sum("amount")).filter(sum__gt=0).order_by("deduction_id", "-payment_id")
    return list(rows.values_list("deduction_id", "payment_id", "sum"))


def deductions_seen_by(actor: Actor) -> QuerySet[Deduction]:
    """Deductions from the deposits of the orders an actor may see."""
    rows = Deduction.objects.select_related("order")
    return rows if actor.reach == "all" else rows.filter(order__in=orders.seen_by(actor).values("pk"))


def paid_by(invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    """Which payments pay an invoice, and how much."""
    sums = Allocation.objects.filter(invoice=invoice).values_list("payment_id").annotate(sum=Sum("amount"))
    paid = dict(sums.filter(sum__gt=0))
    return [(payment, paid[payment.pk]) for payment in Payment.objects.filter(pk__in=paid).order_by("pk")]


def items(payable: Mapping[int, Order], invoices: Iterable[Invoice]) -> list[Item]:
    """What can be paid: the open invoices of these orders, and of each order what is on no open invoice."""
    found = []
    on_invoices: defaultdict[int, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        left = invoice.gross - invoice.credited - invoice.paid
        on_invoices[invoice.order_id] += left
        found.append(Item(payable[invoice.order_id], invoice, left))
    for order in payable.values():
        left = order.gross - order.paid - on_invoices[order.pk]
        found.append(Item(order, None, max(left, ZERO)))
    return found


def waiting(customer_ids: Collection[int]) -> Q:
    """Orders of these customers that a payment may be meant for: an open invoice, or to be paid without one."""
    invoiced = Invoice.objects.filter(OPEN_INVOICE, customer__in=customer_ids).values("order_id")
    paid_first = Q(status__in=PAYABLE, term__kind__in=PAID_FIRST, gross__gt=F("paid"))
    return Q(customer__in=customer_ids) & (Q(pk__in=invoiced) | paid_first)


def proposable(item: Item) -> bool:
    """Whether a proposal may pay it: any open invoice; an order without one only if it is paid first."""
    return item.open > 0 and (item.invoice is not None or item.order.term.kind in PAID_FIRST)


def proposals(payments: Collection[Payment]) -> dict[int, list[tuple[Item, Decimal]]]:
    """What each payment most likely pays, oldest first; earlier payments of the list are served first. Two queries.

    A guess for people to accept: matching computes it again under locks.
    """
    known = Order.objects.filter(waiting({p.customer_id for p in payments})).select_related("term")
    payable = {order.pk: order for order in known}
    open_invoices = Invoice.objects.filter(OPEN_INVOICE, order__in=payable)
    by_customer: defaultdict[tuple[int, str], list[Item]] = defaultdict(list)
    for item in items(payable, open_invoices):
        if proposable(item):
            by_customer[item.order.customer_id, item.order.currency].append(item)
    found = {}
    for payment in payments:
        text = f"{payment.reference} {payment.note}"
        parts = propose(payment.amount - payment.matched, text, by_customer[payment.customer_id, payment.currency])
        for item, amount in parts:
            item.open -= amount
        found[payment.pk] = parts
    return found


def payables(payment: Payment, actor: Actor) -> list[Item]:
    """Everything of the customer a payment could pay, oldest first: for choosing by hand."""
    invoiced = Invoice.objects.filter(OPEN_INVOICE, customer=payment.customer_id).values("order_id")
    unpaid = Q(pk__in=invoiced) | Q(gross__gt=F("paid"))
    seen = orders.seen_by(actor).filter(customer=payment.customer_id, currency=payment.currency)
    known = seen.filter(unpaid, status__in=PAYABLE).select_related("term").order_by("pk")[:MOST_PAYABLE]
    payable = {order.pk: order for order in known}
    found = items(payable, Invoice.objects.filter(OPEN_INVOICE, order__in=payable))
    return sorted((item for item in found if item.open > 0), key=lambda item: item.age)


# --- what the API shows ----------------------------------------------------------------------------------------------


def to_invoice(actor: Actor) -> QuerySet[Order]:
    """Orders an actor may see with goods shipped and not invoiced, that want an invoice (R175)."""
    open_lines = OrderLine.objects.filter(order=OuterRef("pk"), shipped__gt=F("returned") + F("invoiced"))
    return orders.rows(actor).filter(Exists(open_lines)).exclude(invoice_kind=InvoiceKind.NONE)


def whole_invoices(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Invoices with their lines, in a fixed number of queries."""
    lines = InvoiceLine.objects.select_related("order_line__sku").order_by("order_line__line_no")
    return invoices.select_related("order").prefetch_related(Prefetch("lines", lines))


def credit_notes_seen_by(actor: Actor) -> QuerySet[CreditNote]:
    """Credit notes of the orders an actor may see, with their lines."""
    lines = CreditNoteLine.objects.select_related("invoice_line__order_line__sku").order_by("pk")
    notes = CreditNote.objects.prefetch_related(Prefetch("lines", lines))
    return notes if actor.reach == "all" else notes.filter(order__in=orders.seen_by(actor).values("pk"))


def whole_settlements(actor: Actor) -> QuerySet[Settlement]:
    """Settlements an actor may see, with their lines."""
    lines = SettlementLine.objects.select_related("order_line__sku__product").order_by("order_line__line_no")
    return settlements_seen_by(actor).prefetch_related(Prefetch("lines", lines))


# --- statement ------------------------------------------------------------------------------------------------------

_STATEMENT = """
select at, kind, id, number, amount, sum(amount) over (order by at, kind, id) from (
  select issued_at, 'invoice', id, number, gross from billing_invoice
  where customer_id = %(customer)s and currency = %(currency)s and status = 'issued'
  union all
  select issued_at, 'credit_note', invoice_id, number, -gross from billing_creditnote
  where customer_id = %(customer)s and currency = %(currency)s
  union all
  select received_at, 'payment', id, number, -amount from billing_payment
  where customer_id = %(customer)s and currency = %(currency)s and status = 'recorded'
) document(at, kind, id, number, amount)
order by at, kind, id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document on a statement; ``amount`` raises (invoice) or lowers (credit note, payment) what is owed."""

    at: datetime
    kind: str
    id: int
    number: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """The documents of a period, what was owed before them and is owed after them; under zero: paid too much."""

    opening: Decimal
    entries: list[Entry]

    @property
    def closing(self) -> Decimal:
        """What is owed at the end of the period."""
        return self.entries[-1].balance if self.entries else self.opening


def statement(
    customer_id: int, currency: str = "CNY", since: date | None = None, until: date | None = None
) -> Statement:
    """A customer's documents in one currency, with the running balance (R172); both days included. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"customer": customer_id, "currency": currency})
        entries = [Entry(*row) for row in cursor.fetchall()]
    earlier = [entry for entry in entries if since and localtime(entry.at).date() < since]
    told = [entry for entry in entries[len(earlier) :] if not until or localtime(entry.at).date() <= until]
    return Statement(earlier[-1].balance if earlier else ZERO, told)
