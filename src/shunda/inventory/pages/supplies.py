"""What is on its way: the list, announcing, arriving, cancelling, losing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.inventory import actions, queries, specs
from shunda.inventory.forms import (
    AnnounceForm,
    ArrivalForm,
    ClosureForm,
    SupplyFilter,
    UnitLineForm,
    lines_for,
    units,
)
from shunda.inventory.models import StockMove, Supply, SupplyKind
from shunda.inventory.pages.documents import to_moves, whole
from shunda.web.forms import Together
from shunda.web.listing import Keyset
from shunda.web.pages import act, actor, now, page, submit, ticked

MAY = "inventory.view_stock"


@page(MAY)
def coming(request: HttpRequest) -> HttpResponse:
    """Purchases, work orders and transfers that have not arrived yet."""
    chosen = SupplyFilter(request)
    by = actor(request)
    context = {
        "page": Keyset(chosen.apply(queries.supplies()), request),
        "filter": chosen,
        "may_receive": by.may("inventory.receive_stock"),
        "may_announce": by.may("inventory.announce_supply"),
        "may_transfer": by.may("inventory.transfer_stock"),
        "today": timezone.localdate(),
    }
    return render(request, "inventory/coming.html", context)


@page(MAY)
def supply(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement or transfer: how much arrived, what is left, what happened."""
    row = get_object_or_404(queries.supplies(), pk=pk)
    by = actor(request)
    context = {
        "row": row,
        "moves": queries.moves().filter(supply_id=pk).order_by("pk"),
        "may_receive": by.may("inventory.receive_stock") and row.open,
        "may_cancel": by.may("inventory.cancel_supply") and row.open,
        "may_lose": by.may("inventory.adjust_stock") and row.open and row.kind == SupplyKind.TRANSFER,
    }
    return render(request, "inventory/supply.html", context)


@page("inventory.announce_supply")
def announce(request: HttpRequest) -> HttpResponse:
    """Say what will arrive from outside."""
    form = AnnounceForm(request.POST or None)
    lines = lines_for(UnitLineForm, 5)(request.POST or None, form_kwargs=units())

    def run() -> Outcome[Supply]:
        head = dict(form.cleaned_data)
        warehouse = head.pop("warehouse")
        given = lines.specs(specs.SupplyLine, warehouse_id=warehouse.pk, **head)
        return actions.announce(given, by=actor(request), at=now())

    return submit(
        request,
        Together(form, lines),
        whole(run),
        template="inventory/document.html",
        done=_("Announced."),
        to=reverse("inventory:coming"),
        context={
            "form": form,
            "lines": lines,
            "title": _("Announce goods"),
            "save_label": _("Announce"),
            "cancel_url": reverse("inventory:coming"),
        },
    )


@page("inventory.receive_stock", methods=["POST"])
def receive_ticked(request: HttpRequest) -> HttpResponse:
    """Everything still open of the ticked rows arrived."""
    ids, _versions = ticked(request)
    lines = [specs.ArrivalLine(pk) for pk in ids]
    return act(
        request,
        lambda: actions.receive_supply(lines, by=actor(request), at=now()),
        done=_("Received."),
        names=queries.supply_names,
    )


@page("inventory.receive_stock")
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Some of it arrived."""
    row = get_object_or_404(queries.supplies(), pk=pk)
    form = ArrivalForm(request.POST or None, initial={"quantity": row.open})

    def run() -> Outcome[StockMove]:
        line = specs.ArrivalLine(pk, form.cleaned_data["quantity"])
        return actions.receive_supply([line], by=actor(request), at=now())

    title = _("Receive %(what)s") % {"what": row.sku.code}
    return submit(
        request, form, run, template="inventory/ask.html", done=_("Received."), to=to_moves, context=_ask(row, title)
    )


@page("inventory.cancel_supply")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It will not arrive; a transfer turns back."""
    row = get_object_or_404(queries.supplies(), pk=pk)
    transfer = row.kind == SupplyKind.TRANSFER
    title = _("Turn the transfer back") if transfer else _("Cancel the announcement")
    return _close(request, row, actions.cancel_supply, title, _("Back at its source.") if transfer else _("Cancelled."))


@page("inventory.adjust_stock")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """It was lost on the way."""
    row = get_object_or_404(queries.supplies(), pk=pk)
    return _close(request, row, actions.lose_supply, _("Write off lost goods"), _("Written off."))


def _close(request: HttpRequest, row: Supply, run: Any, title: Any, done: Any) -> HttpResponse:
    form = ClosureForm(request.POST or None, initial={"quantity": row.open})

    def close() -> Outcome[Supply]:
        typed = form.cleaned_data
        line = specs.ClosureLine(row.pk, typed["quantity"])
        outcome: Outcome[Supply] = run([line], reason=typed["reason"], by=actor(request), at=now())
        return outcome

    to = reverse("inventory:supply", args=[row.pk])
    return submit(request, form, close, template="inventory/ask.html", done=done, to=to, context=_ask(row, title))


def _ask(row: Supply, title: Any) -> dict[str, Any]:
    return {"row": row, "title": title, "save_label": title, "cancel_url": reverse("inventory:supply", args=[row.pk])}
