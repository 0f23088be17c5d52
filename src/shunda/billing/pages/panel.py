"""What the order page shows of billing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from shunda.billing import queries
from shunda.billing.models import Allocation
from shunda.orders import queries as orders
from shunda.orders.models import InvoiceKind
from shunda.web.pages import actor, page


@page("orders.view_order")
def order_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Invoices, settlements and payments of one order."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    context = {
        "order": order,
        "invoices": queries.invoices_seen_by(by).filter(order=order).order_by("pk"),
        "settlements": queries.settlements_seen_by(by).filter(order=order).order_by("pk"),
        "allocations": Allocation.objects.filter(order=order).select_related("payment", "invoice").order_by("pk"),
        "may_invoice": by.may("billing.create_invoice")
        and order.invoice_kind != InvoiceKind.NONE
        and bool(queries.with_something_to_invoice([pk])),
    }
    return render(request, "billing/panel.html", context)
