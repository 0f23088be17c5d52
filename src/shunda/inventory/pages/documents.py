"""Stock documents: receipt, adjustment, count, transfer. One is booked whole, or shown again with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refused
from shunda.inventory import actions, queries, specs
from shunda.inventory.forms import (
    AdjustForm,
    AdjustLineForm,
    CountForm,
    CountLineForm,
    ReceiptForm,
    ReceiptLineForm,
    TransferForm,
    UnitLineForm,
    lines_for,
    placed,
    units,
)
from shunda.inventory.models import Balance, StockMove, Supply
from shunda.web.forms import Together
from shunda.web.pages import actor, now, page, submit, ticked

M = TypeVar("M", bound=models.Model)
TICKED = 200
"""So many ticked rows are taken into a form."""


def whole(run: Callable[[], Outcome[M]]) -> Callable[[], Outcome[M]]:
    """A form is booked whole or not at all: one refusal takes back what was done, so that nothing is entered twice."""

    def all_or_nothing() -> Outcome[M]:
        outcome = run()
        if outcome.refused:
            raise Refused(*placed(outcome.refused))
        return outcome

    return all_or_nothing


def to_moves(move: StockMove) -> str:
    """The ledger, at the document just booked."""
    return f"{reverse('inventory:moves')}?{urlencode({'reference': move.reference})}"


@page("inventory.receive_stock")
def receive(request: HttpRequest) -> HttpResponse:
    """Goods arrive."""
    form = ReceiptForm(request.POST or None)
    lines = lines_for(ReceiptLineForm, 5)(request.POST or None, form_kwargs=units())

    def run() -> Outcome[StockMove]:
        head = form.cleaned_data
        given = lines.specs(specs.ReceiptLine, warehouse_id=head["warehouse"].pk)
        return actions.receive(given, by=actor(request), at=now(), reference=head["reference"])

    return submit(
        request,
        Together(form, lines),
        whole(run),
        template="inventory/document.html",
        done=_("Received."),
        to=to_moves,
        context=_context(form, lines, _("Receive goods"), _("Book receipt")),
    )


@page("inventory.adjust_stock")
def adjust(request: HttpRequest) -> HttpResponse:
    """Breakage, found goods: stock changes by so much."""
    chosen = _chosen(request)
    known = [{"sku": row.sku.code} for row in chosen]
    form = AdjustForm(request.POST or None, initial=_where(chosen))
    lines = lines_for(AdjustLineForm, 3)(request.POST or None, initial=known)

    def run() -> Outcome[StockMove]:
        head = form.cleaned_data
        given = lines.specs(specs.AdjustmentLine, warehouse_id=head["warehouse"].pk, reason=head["reason"])
        return actions.adjust(given, by=actor(request), at=now())

    return submit(
        request,
        Together(form, lines),
        whole(run),
        template="inventory/document.html",
        done=_("Adjusted."),
        to=to_moves,
        context=_context(form, lines, _("Adjust stock"), _("Book adjustment")),
    )


@page("inventory.count_stock")
def count(request: HttpRequest) -> HttpResponse:
    """What was counted; the difference is booked."""
    chosen = _chosen(request)
    known = [{"sku": row.sku.code, "on_hand": row.on_hand} for row in chosen]
    form = CountForm(request.POST or None, initial=_where(chosen))
    lines = lines_for(CountLineForm, 3)(request.POST or None, initial=known)

    def run() -> Outcome[Balance]:
        head = form.cleaned_data
        given = lines.specs(specs.CountLine, warehouse_id=head["warehouse"].pk, reason=head["reason"])
        return actions.count(given, by=actor(request), at=now())

    return submit(
        request,
        Together(form, lines),
        whole(run),
        template="inventory/document.html",
        done=_("Counted."),
        to=lambda row: f"{reverse('inventory:index')}?warehouse={row.warehouse_id}",
        context=_context(form, lines, _("Count stock"), _("Book count")),
    )


@page("inventory.transfer_stock")
def transfer(request: HttpRequest) -> HttpResponse:
    """Stock goes to another warehouse (R121)."""
    chosen = _chosen(request)
    known = [{"sku": row.sku.code} for row in chosen]
    form = TransferForm(request.POST or None, initial={"source": _where(chosen).get("warehouse")})
    lines = lines_for(UnitLineForm, 3)(request.POST or None, initial=known, form_kwargs=units())

    def run() -> Outcome[Supply]:
        head = form.cleaned_data
        given = lines.specs(
            specs.TransferLine,
            source_id=head["source"].pk,
            target_id=head["target"].pk,
            expected_on=head["expected_on"],
            reason=head["reason"],
        )
        return actions.transfer(given, by=actor(request), at=now())

    return submit(
        request,
        Together(form, lines),
        whole(run),
        template="inventory/document.html",
        done=_("On its way."),
        to=reverse("inventory:coming"),
        context=_context(form, lines, _("Transfer stock"), _("Send")),
    )


@page("inventory.adjust_stock", methods=["POST"])
def adjust_ticked(request: HttpRequest) -> HttpResponse:
    """The adjustment form with the ticked rows in it."""
    return _with_ticked(request, "inventory:adjust")


@page("inventory.count_stock", methods=["POST"])
def count_ticked(request: HttpRequest) -> HttpResponse:
    """The count form with the ticked rows in it."""
    return _with_ticked(request, "inventory:count")


@page("inventory.transfer_stock", methods=["POST"])
def transfer_ticked(request: HttpRequest) -> HttpResponse:
    """The transfer form with the ticked rows in it."""
    return _with_ticked(request, "inventory:transfer")


def _with_ticked(request: HttpRequest, name: str) -> HttpResponse:
    ids, _versions = ticked(request)
    return redirect(f"{reverse(name)}?{urlencode({'rows': ','.join(map(str, ids[:TICKED]))})}")


def _chosen(request: HttpRequest) -> list[Balance]:
    """The rows of the stock list a form starts with: those of the first one's warehouse."""
    ids = [int(pk) for pk in request.GET.get("rows", "").split(",")[:TICKED] if pk.isdecimal() and len(pk) < 19]
    rows = list(queries.balances().filter(pk__in=ids).order_by("sku__code")) if ids else []
    return [row for row in rows if row.warehouse_id == rows[0].warehouse_id]


def _where(chosen: list[Balance]) -> dict[str, Any]:
    return {"warehouse": chosen[0].warehouse_id} if chosen else {}


def _context(form: Any, lines: Any, title: Any, save: Any) -> dict[str, Any]:
    return {"form": form, "lines": lines, "title": title, "save_label": save, "cancel_url": reverse("inventory:index")}
