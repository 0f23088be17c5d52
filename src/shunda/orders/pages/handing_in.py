"""Handing drafts in for review, and saying why they go on in spite of warnings, in one place for one or many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from shunda.orders import actions, facts, overrides, queries
from shunda.orders.actions.override import MOST
from shunda.orders.checks import Finding
from shunda.orders.models import Order
from shunda.orders.pages.moves import many
from shunda.orders.reasons import WARNINGS_ASK
from shunda.orders.states import ORDER
from shunda.web.forms import Form
from shunda.web.pages import actor, back, now, page, submit, ticked

MOST_ROWS = 200
"""So many orders are asked about on one page."""
SHOWN = 20
"""So many sentences of one warning are read out; the reason counts for all of them."""
DONE = _("Submitted for review.")
SUBMIT = "orders.submit_order"


def asking(ids: Sequence[int]) -> str:
    """Where the reasons for the warnings of these orders are asked for."""
    return f"{reverse('orders:reasons')}?{urlencode([('row', pk) for pk in ids[:MOST_ROWS]])}"


@page(SUBMIT, methods=["POST"])
def submit_orders(request: HttpRequest) -> HttpResponse:
    """Hand drafts in for review; those with warnings nobody has answered for are asked about next."""
    return many(request, actions.submit, DONE, asks=(WARNINGS_ASK, asking))


class WhyForm(Form):
    """A reason for each code of warning, whichever orders it comes from."""

    def __init__(self, data: Any, codes: Sequence[str]) -> None:
        super().__init__(data)
        for code in codes:
            self.fields[f"why:{code}"] = forms.CharField(label=_("Reason"), max_length=MOST)

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons by code."""
        return {name.removeprefix("why:"): text for name, text in self.cleaned_data.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """Orders, and the warnings that ask for a reason: for each code the sentences, each with its order."""

    orders: Mapping[int, Order]
    codes: Mapping[str, Sequence[tuple[Order, Finding]]]

    def codes_of(self, pk: int) -> set[str]:
        """The codes one order has to answer for."""
        return {code for code, said in self.codes.items() if any(order.pk == pk for order, _found in said)}


@page(SUBMIT)
def reasons(request: HttpRequest) -> HttpResponse:
    """Say why drafts go on in spite of warnings, one reason for each kind of warning, and hand them in.

    Where nothing asks any more they are handed in from where they stand.
    """
    by, at = actor(request), now()
    posted = request.method == "POST"
    ids, seen = ticked(request) if posted else (_rows(request), {})
    drafts = queries.seen_by(by).filter(pk__in=ids[:MOST_ROWS], status__in=ORDER["submit"].sources)
    asked = _asked(list(drafts.order_by("pk")), at)
    if not asked.orders:
        if posted:
            return many(request, actions.submit, DONE)
        raise Http404
    if not posted and not asked.codes:
        return redirect(back(request))
    form = WhyForm(request.POST if posted else None, list(asked.codes))
    return submit(
        request,
        form,
        lambda: actions.submit(
            ids,
            by=by,
            at=at,
            versions=seen,
            reasons={pk: {c: form.reasons[c] for c in asked.codes_of(pk)} for pk in asked.orders},
        ),
        template="orders/reasons.html",
        done=DONE,
        to=lambda _order: back(request),
        context=_context(asked, form, back(request)),
    )


def _rows(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.GET.getlist("row") if pk.isdecimal() and len(pk) < 19]


def _asked(orders: list[Order], at: datetime) -> Asked:
    """What asks for a reason among these orders right now."""
    found = facts.findings(orders, at)
    answered = queries.overridden(order.pk for order in orders)
    codes: defaultdict[str, list[tuple[Order, Finding]]] = defaultdict(list)
    for order in orders:
        for code, said in overrides.asking(found[order.pk], answered[order.pk]).items():
            codes[code] += [(order, one) for one in said]
    return Asked({order.pk: order for order in orders}, codes)


def _context(asked: Asked, form: WhyForm, left: str) -> dict[str, Any]:
    groups = [
        {
            "field": form[f"why:{code}"],
            "said": [
                (found.level, _sentence(order, found, alone=len(asked.orders) == 1)) for order, found in said[:SHOWN]
            ],
            "more": max(len(said) - SHOWN, 0),
        }
        for code, said in asked.codes.items()
    ]
    alone = next(iter(asked.orders.values())) if len(asked.orders) == 1 else None
    title: str | Promise = _("Say why it goes on")
    return {"groups": groups, "orders": list(asked.orders.values()), "alone": alone, "title": title, "left": left}


def _sentence(order: Order, found: Finding, *, alone: bool) -> str:
    """The warning, with the way to the order it is about and to the other one it speaks of."""
    link = '<a href="{}" target="_blank" rel="noopener">{}</a>'
    own = "" if alone else format_html(link + " ", reverse("orders:detail", args=[order.pk]), order.number)
    other = found.data.get("order_id")
    there = format_html(" " + link, reverse("orders:detail", args=[other]), found.data["number"]) if other else ""
    return format_html("{}{}{}", own, found.message, there)
