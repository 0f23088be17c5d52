"""What customers owe past its date: asked by those who weigh a customer's next order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import F, Min, Sum

from shunda.billing.models import Invoice
from shunda.billing.states import InvoiceStatus


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
