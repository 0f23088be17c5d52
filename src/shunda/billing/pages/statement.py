"""The statement of a customer: what was invoiced, credited and paid, and what is owed (R172)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from shunda.billing import queries
from shunda.customers import queries as customers
from shunda.web.pages import actor, page


@page("billing.view_invoice")
def statement(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Documents of one customer by day, with the running balance."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=customer_pk)
    entries = queries.statement(customer.pk, customer.currency)
    context = {
        "customer": customer,
        "entries": entries,
        "balance": entries[-1].balance if entries else 0,
        "invoices": queries.invoices_seen_by(actor(request))
        .filter(queries.OPEN_INVOICE, customer=customer)
        .order_by("due_date", "pk"),
    }
    return render(request, "billing/statement.html", context)
