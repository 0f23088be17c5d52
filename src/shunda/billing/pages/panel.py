"""What the pages of orders and customers show of billing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime

from shunda.billing import queries, trade
from shunda.billing.models import Allocation
from shunda.customers import queries as customers
from shunda.orders import queries as orders
from shunda.orders.models import InvoiceKind
from shunda.web.pages import actor, now, page


@page("orders.view_order")
def order_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Invoices, settlements and payments of one order."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    context = {
        "order": order,
        "invoices": queries.invoices_seen_by(by).filter(order=order).order_by("pk"),
        "settlements": queries.settlements_seen_by(by).filter(order=order).order_by("pk"),
        "allocations": Allocation.objects.filter(order=order)
        .select_related("payment", "invoice", "deduction")
        .order_by("pk"),
        "deductions": queries.deductions_seen_by(by).filter(order=order),
        "may_invoice": by.may("billing.create_invoice")
        and order.invoice_kind != InvoiceKind.NONE
        and bool(queries.with_something_to_invoice([pk])),
    }
    return render(request, "billing/panel.html", context)


@page("billing.view_invoice")
def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer owes: open invoices, overdue ones first, and what of his payments is not matched."""
    by = actor(request)
    customer = get_object_or_404(customers.seen_by(by), pk=pk)
    invoices = queries.invoices_seen_by(by).filter(queries.OPEN_INVOICE, customer=customer)
    context = {
        "customer": customer,
        "invoices": invoices.order_by("due_date", "pk")[:10],
        "payments": queries.payments_seen_by(by).filter(queries.OPEN_PAYMENT, customer=customer).order_by("pk")[:10],
        "today": localtime(now()).date(),
    }
    return render(request, "billing/customer_panel.html", context)


@page("orders.view_order", methods=["GET"])
def trade_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The trade history of a customer by year, each figure leading to its documents (R071)."""
    by = actor(request)
    customer = get_object_or_404(customers.seen_by(by), pk=pk)
    found = trade.years(pk, by)
    everything = f"{reverse('orders:index')}?{urlencode({'customer': customer.code})}"
    statement = reverse("billing:statement", args=[pk])
    days = {row.year: urlencode({"since": f"{row.year}-01-01", "until": f"{row.year}-12-31"}) for row in found}
    context = {
        "customer": customer,
        "years": [(row, f"{everything}&{days[row.year]}", f"{statement}?{days[row.year]}") for row in found],
        "totals": trade.totals(found),
        "everything": everything,
        "may_bill": by.may("billing.view_invoice"),
    }
    return render(request, "billing/trade.html", context)
