"""The review desk: one order a row with the facts each department needs, decided in place or in bulk (R043-R048)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal
from shunda.orders import actions, queries, weighing
from shunda.orders.models import Department, Review
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, now, page, ticked

PERMISSIONS = [f"orders.review_{department}" for department in Department]


class DeskFilter(Filter):
    """Whose reviews to show."""

    department = forms.ChoiceField(
        label=_("Department"), choices=[("", _("All my departments")), *Department.choices], required=False
    )
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    lookups: ClassVar = {"urgent": "order__urgent"}


@page(PERMISSIONS)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, oldest first, each with its facts as they stand now."""
    by = actor(request)
    chosen = DeskFilter(request)
    keyset = Keyset(chosen.apply(queries.waiting_reviews(by)), request, order=["id"])
    context = {"page": keyset, "rows": _rows(list(keyset)), "filter": chosen, "now": now()}
    return render(request, "orders/desk.html", context)


def _rows(reviews: list[Review]) -> list[dict[str, Any]]:
    weights = weighing.weigh(reviews, now())
    return [{"review": r, "order": r.order, "weight": weights[r.pk], "findings": _findings(r)} for r in reviews]


def _findings(review: Review) -> list[tuple[str, str]]:
    """What deserves a look first; what is in order needs no words here."""
    levels = {"block": 0, "warn": 1}
    found = sorted((item for item in review.findings if item["level"] in levels), key=lambda f: levels[f["level"]])
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
    """Approve the ticked reviews, or the one the button stands at."""
    return _decide(request, actions.approve, _("Approved."))


@page(PERMISSIONS, methods=["POST"])
def send_back(request: HttpRequest) -> HttpResponse:
    """Send orders back to sales, the ticked ones or one; the remark says what to change."""
    return _decide(request, actions.send_back, _("Sent back to sales."))


def _decide(request: HttpRequest, action: Callable[..., Outcome[Review]], done: str | Promise) -> HttpResponse:
    ids, seen, remark = _asked(request)

    def run() -> Outcome[Review]:
        return action(ids, remark, by=actor(request), at=now(), restock=_restock(request, ids), versions=seen)

    return act(request, run, done=done, names=_numbers, part=lambda: _row(request, ids, actor(request)))


def _asked(request: HttpRequest) -> tuple[list[int], dict[int, int], str]:
    """Which reviews, the versions looked at, and the remark: those of one row where its own button was pressed."""
    alone, _colon, version = request.GET.get("only", "").partition(":")
    if not (alone.isdecimal() and len(alone) < 19):
        return *ticked(request), request.POST.get("remark", "")
    seen = {int(alone): int(version)} if version.isdecimal() and len(version) < 10 else {}
    return [int(alone)], seen, request.POST.get(f"remark-{alone}", "")


def _row(request: HttpRequest, ids: list[int], by: Actor) -> HttpResponse:
    """What stays of a row decided in place: nothing, or the row with the reasons against it."""
    left = list(queries.waiting_reviews(by).filter(pk__in=ids[:1]))
    context = {"rows": _rows(left), "now": now()}
    return render(request, "orders/desk_rows.html", context)
