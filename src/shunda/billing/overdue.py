"""What customers owe past its date and how they paid: asked by those who weigh a customer's next order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import F, Min, Sum

from shunda.billing.models import Invoice
from shunda.billing.states import InvoiceStatus
from shunda.core import sql
from shunda.credit.specs import OpenItem, Repayment


def overdue(customer_ids: Collection[int], on: date) -> dict[int, tuple[Decimal, date]]:
    """By customer: what is unpaid of invoices that were due before this day, and the oldest due day. One query."""
    late = Invoice.objects.filter(
        customer__in=customer_ids, status=InvoiceStatus.ISSUED, gross__gt=F("credited") + F("paid"), due_date__lt=on
    )
    rows = (
        late.order_by()
        .values_list("customer_id")
        .annotate(open=Sum(F("gross") - F("credited") - F("paid")), oldest=Min("due_date"))
    )
    return {customer: (amount, oldest) for customer, amount, oldest in rows}


def open_items(order_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """The issued invoices of these orders of which something is unpaid, by order, the oldest first. One query."""
    rows = Invoice.objects.filter(
        order__in=order_ids, status=InvoiceStatus.ISSUED, gross__gt=F("credited") + F("paid")
    ).order_by("due_date", "pk")
    found: dict[int, list[OpenItem]] = {}
    for row in rows.only("number", "order_id", "gross", "credited", "paid", "due_date"):
        found.setdefault(row.order_id, []).append(OpenItem(row.pk, row.number, row.open_amount, row.due_date))
    return found


# Invoices of orders on credit, in the currency of the customer's account. What was due before the time looked back on
# counts as long as it is open: who never pays does not get better by waiting.
_REPAYMENT = """
select i.customer_id, sum(i.gross - i.credited), sum(least(i.paid, i.gross - i.credited)),
       sum(greatest(i.gross - i.credited - i.paid, 0)),
       min(i.due_date) filter (where i.gross > i.credited + i.paid)
from billing_invoice i
join orders_order o on o.id = i.order_id
join customers_paymentterm t on t.id = o.term_id and t.kind = 'credit'
join credit_creditaccount a on a.customer_id = i.customer_id and a.currency = i.currency
where i.customer_id = any(%s::bigint[]) and i.status = 'issued' and i.due_date < %s::date
  and (i.due_date >= %s::date or i.gross > i.credited + i.paid)
group by i.customer_id
"""


def repayment(customer_ids: Collection[int], since: date, on: date) -> dict[int, Repayment]:
    """What these customers had to pay from one day until before another and how much of it they did (R049). One query.

    Customers without an account or without anything due are missing.
    """
    rows = sql.fetch(_REPAYMENT, [sql.numbers(customer_ids), on, since])
    return {customer: Repayment(due, paid, overdue, oldest) for customer, due, paid, overdue, oldest in rows}
