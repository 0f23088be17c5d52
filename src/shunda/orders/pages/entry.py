"""Entering and changing an order: one page, head and lines together."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Unit
from shunda.customers import queries as customers
from shunda.orders import actions, queries
from shunda.orders.forms import EditOrderForm, OrderForm, OrderLines, lines_initial
from shunda.orders.models import Order
from shunda.web.forms import Together
from shunda.web.pages import act, actor, now, page, submit


def _to(order: Order) -> str:
    return reverse("orders:detail", args=[order.pk])


def _units() -> dict[str, Any]:
    """The choices of the unit column, read once for all lines."""
    return {"units": [("", "–"), *Unit.objects.order_by("pk").values_list("pk", "name")]}


@page("orders.create_order")
def create(request: HttpRequest) -> HttpResponse:
    """Enter an order; it becomes a draft with a number."""
    by = actor(request)
    chosen = request.GET.get("customer", "")
    customer = customers.seen_by(by).filter(pk=chosen).first() if chosen.isdecimal() else None
    form = OrderForm(request.POST or None, actor=by, initial={"customer": customer} if customer else {})
    lines = OrderLines(request.POST or None, form_kwargs=_units())
    return submit(
        request,
        Together(form, lines),
        lambda: actions.create([form.spec(lines.specs())], by=by, at=now()),
        template="orders/form.html",
        done=_("Saved as a draft."),
        to=_to,
        context={"form": form, "lines": lines, "cancel_url": reverse("orders:index")},
    )


@page("orders.edit_order")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft or an order that was sent back."""
    by = actor(request)
    order = get_object_or_404(queries.rows(by), pk=pk)
    form = EditOrderForm(request.POST or None, actor=by, order=order, initial={"version": order.version})
    known = lines_initial(queries.lines_of([pk])[pk])
    lines = OrderLines(request.POST or None, initial=known, form_kwargs=_units())
    return submit(
        request,
        Together(form, lines),
        lambda: actions.edit(
            {pk: form.spec(lines.specs())}, by=by, at=now(), versions={pk: form.cleaned_data["version"]}
        ),
        template="orders/form.html",
        done=_("Saved."),
        to=_to,
        context={"form": form, "lines": lines, "order": order, "cancel_url": _to(order)},
    )


@page("orders.create_order", methods=["POST"])
def clone(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft like this order, at today's prices."""
    return act(
        request,
        lambda: actions.clone([pk], by=actor(request), at=now()),
        done=_("Copied into a new draft."),
        to=_to,
        names=queries.numbers,
    )
