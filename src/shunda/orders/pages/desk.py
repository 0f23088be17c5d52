"""The review desk: one order a row with the facts each department needs, decided in place or in bulk (R043-R048)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.orders import actions, queries
from shunda.orders.models import Department, Review
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, now, page, ticked

PERMISSIONS = [f"orders.review_{department}" for department in Department]


class DeskFilter(Filter):
    """Whose reviews to show."""

    department = forms.ChoiceField(
        label=_("Department"), choices=[("", _("All my departments")), *Department.choices], required=False
    )


def _mine(by: Actor) -> list[str]:
    return [str(d) for d in Department if by.may(f"orders.review_{d}")]


@page(PERMISSIONS)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, urgent and oldest first."""
    by = actor(request)
    chosen = DeskFilter(request)
    waiting = queries.waiting_reviews(by, _mine(by))
    keyset = Keyset(chosen.apply(waiting), request, order=["id"])
    rows = [{"review": review, "findings": _findings(review)} for review in keyset]
    return render(request, "orders/desk.html", {"page": keyset, "rows": rows, "filter": chosen})


def _findings(review: Review) -> list[tuple[str, str]]:
    """What deserves a look first, then what is in order."""
    levels = {"block": 0, "warn": 1, "ok": 2}
    found = sorted(review.findings, key=lambda item: levels.get(item["level"], 3))
    return [(item["level"], Refusal(None, item["code"], item["data"]).message) for item in found]


def _restock(request: HttpRequest, ids: list[int]) -> Mapping[int, date]:
    """When the warehouse expects short stock back: one day for the rows ticked, or one beside each."""
    given = {pk: request.POST.get(f"restock-{pk}") or request.POST.get("restock_date", "") for pk in ids}
    try:
        return {pk: day for pk, text in given.items() if (day := parse_date(text))}
    except ValueError:
        return {}


def _numbers(ids: Any) -> dict[int, str]:
    return dict(Review.objects.filter(pk__in=ids).values_list("pk", "order__number"))


@page(PERMISSIONS, methods=["POST"])
def approve(request: HttpRequest) -> HttpResponse:
    """Approve the ticked reviews."""
    ids, seen = ticked(request)
    remark = request.POST.get("remark", "")
    return act(
        request,
        lambda: actions.approve(
            ids, remark, by=actor(request), at=now(), restock=_restock(request, ids), versions=seen
        ),
        done=_("Approved."),
        names=_numbers,
    )


@page(PERMISSIONS, methods=["POST"])
def send_back(request: HttpRequest) -> HttpResponse:
    """Send the ticked orders back to sales; the remark says what to change."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.send_back(
            ids,
            request.POST.get("remark", ""),
            by=actor(request),
            at=now(),
            restock=_restock(request, ids),
            versions=seen,
        ),
        done=_("Sent back to sales."),
        names=_numbers,
    )
