"""Entering and changing an order: one page, head and lines together.

With JavaScript the page asks ``pages.sheet`` while somebody types and saves through ``pages.saving``; without it, or
at ``?plain=1``, it is a form that is sent as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Unit
from shunda.core.actor import Actor
from shunda.customers import queries as customers
from shunda.orders import actions, queries, sheets, typed
from shunda.orders.forms import EditOrderForm, OrderForm, OrderLines, lines_initial
from shunda.orders.models import Order, OrderLine, Sheet
from shunda.web.forms import Together
from shunda.web.pages import act, actor, now, page, submit

PLAIN_LINES = 60
"""So many lines stand in the page for those without JavaScript; more come on a page of their own."""

WHY = "why:"
"""Reasons are kept with the head of what is typed, under the codes of their warnings."""

ENDPOINTS = {
    "customer": "orders:sheet_customer",
    "quote": "orders:sheet_quote",
    "paste": "orders:sheet_paste",
    "check": "orders:sheet_check",
    "keep": "orders:sheet_keep",
    "discard": "orders:sheet_discard",
    "save": "orders:sheet_save",
    "articles": "catalog:suggest",
    "customers": "customers:suggest",
    "signIn": "account_login",
}


def _to(order: Order) -> str:
    return reverse("orders:detail", args=[order.pk])


def _units() -> list[tuple[Any, Any]]:
    """The choices of the unit column, read once for all lines."""
    return [("", "–"), *Unit.objects.order_by("pk").values_list("pk", "name")]


@page("orders.create_order")
def create(request: HttpRequest) -> HttpResponse:
    """Enter an order; it becomes a draft with a number."""
    by = actor(request)
    units = _units()
    live = _live(request)
    unsaved = sheets.mine(by) if live else []
    sheet = _chosen(request, unsaved)
    initial = sheet.content["head"] if sheet else _beginning(request, by)
    form = OrderForm(request.POST or None, actor=by, initial=initial, live=live)
    lines = OrderLines(request.POST or None, form_kwargs={"units": units})
    data = {"lines": sheet.content["lines"] if sheet else []}
    return submit(
        request,
        Together(form, lines),
        lambda: actions.create([form.spec(lines.specs())], by=by, at=now()),
        template="orders/form.html",
        done=_("Saved as a draft."),
        to=_to,
        context={
            "form": form,
            "lines": lines,
            "live": live,
            "cancel_url": reverse("orders:index"),
            "unsaved": [] if sheet else unsaved,
            "data": _data(request, by, units, sheet, **data) if live else None,
        },
    )


def _beginning(request: HttpRequest, by: Actor) -> dict[str, Any]:
    """What a new order begins with: the customer whose page sent us here."""
    chosen = request.GET.get("customer", "")
    customer = customers.seen_by(by).filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
    return {"customer": customer} if customer else {}


@page("orders.edit_order")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft or an order that was sent back."""
    by = actor(request)
    units = _units()
    live = _live(request)
    order = get_object_or_404(queries.rows(by), pk=pk)
    rows = queries.lines_of([pk])[pk]
    unsaved = sheets.mine(by, pk) if live else []
    sheet = _chosen(request, unsaved)
    head = sheet.content["head"] if sheet else {}
    form = EditOrderForm(
        request.POST or None, actor=by, order=order, initial={**head, "version": order.version}, live=live
    )
    shown = rows if len(rows) <= PLAIN_LINES or not live else []
    lines = OrderLines(request.POST or None, initial=lines_initial(shown), form_kwargs={"units": units})
    return submit(
        request,
        Together(form, lines),
        lambda: actions.edit(
            {pk: form.spec(lines.specs())}, by=by, at=now(), versions={pk: form.cleaned_data["version"]}
        ),
        template="orders/form.html",
        done=_("Saved."),
        to=_to,
        context={
            "form": form,
            "lines": lines if shown or not rows else None,
            "live": live,
            "order": order,
            "cancel_url": _to(order),
            "unsaved": [] if sheet else unsaved,
            "data": _data(request, by, units, sheet, **_of_order(order, rows, sheet)) if live else None,
        },
    )


def _live(request: HttpRequest) -> bool:
    """Whether the page works by its script: not when it was sent as a form, nor when the plain form is wanted."""
    return request.method == "GET" and "plain" not in request.GET


def _chosen(request: HttpRequest, unsaved: Sequence[Sheet]) -> Sheet | None:
    """The unfinished typing that is gone on with."""
    return next((sheet for sheet in unsaved if str(sheet.pk) == request.GET.get("sheet")), None)


def _of_order(order: Order, rows: Sequence[OrderLine], sheet: Sheet | None) -> dict[str, Any]:
    """The draft as it stands, and what was typed into it since."""
    base = {"head": typed.head_of(order), "lines": typed.lines_of(rows)}
    version = sheet.content["version"] if sheet else order.version
    return {
        "order": order.pk,
        "number": order.number,
        "version": version,
        "lines": sheet.content["lines"] if sheet else base["lines"],
        "base": base if version == order.version else None,
    }


def _data(
    request: HttpRequest, by: Actor, units: Sequence[tuple[Any, Any]], sheet: Sheet | None, **of_order: Any
) -> dict[str, Any]:
    """What the page's script starts from."""
    return {
        "urls": {name: reverse(url) for name, url in ENDPOINTS.items()},
        "units": [[str(pk), str(name)] for pk, name in units],
        "person": by.id,
        "restored": sheet is not None,
        "reasons": _reasons(sheet),
        "sheet": {"id": sheet.pk, "version": sheet.version} if sheet else None,
        "here": request.path,
        "maySubmit": by.may("orders.submit_order"),
        **of_order,
    }


def _reasons(sheet: Sheet | None) -> dict[str, str]:
    """The reasons already written for going on in spite of warnings, by their code."""
    typed_in = sheet.content["head"] if sheet else {}
    return {name[len(WHY) :]: text for name, text in typed_in.items() if name.startswith(WHY)}


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
