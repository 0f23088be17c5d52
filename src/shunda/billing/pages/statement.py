"""The statement of a customer: what was invoiced, credited and paid, and what is owed (R172)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from shunda.billing import queries
from shunda.customers import queries as customers
from shunda.web.forms import DayField
from shunda.web.listing import Filter
from shunda.web.pages import actor, page


class PeriodFilter(Filter):
    """From when to when."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)


@page("billing.view_invoice")
def statement(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Documents of one customer by day, with the running balance."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=customer_pk)
    period = PeriodFilter(request)
    days = period.set_values()
    told = queries.statement(customer.pk, customer.currency, days.get("since"), days.get("until"))
    context = {
        "customer": customer,
        "filter": period,
        "statement": told,
        "balance": told.closing,
        "invoices": queries.invoices_seen_by(actor(request))
        .filter(queries.OPEN_INVOICE, customer=customer)
        .order_by("due_date", "pk"),
    }
    return render(request, "billing/statement.html", context)
