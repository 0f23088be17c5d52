"""Saving what was typed, whole or not at all, and handing it in; a clash shows both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.models import Event
from shunda.core.once import once
from shunda.core.refusal import STALE, NotPermitted, Refused
from shunda.orders import actions, facts, queries, sheets, typed
from shunda.orders.checks import Finding
from shunda.orders.models import Order
from shunda.orders.pages import shown
from shunda.orders.pages.sheet import ENTER, body_of, form_of, order_of
from shunda.orders.reasons import WARNINGS_ASK
from shunda.orders.sheets import Typed
from shunda.orders.specs import OrderSpec
from shunda.web import formats
from shunda.web.pages import actor, now, page

MAY_NOT = 403


@page(ENTER, methods=["POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Save a new order or a changed draft as typed; with ``then: submit`` hand it in for review too.

    422 with what is wrong beside field and line; 409 with both sides when somebody else changed the draft. An order
    that is saved but cannot be handed in yet stays saved, and the answer says why.
    """
    by, body = actor(request), body_of(request)
    sheet, order = Typed.of(body.get("content")), order_of(body, by)
    form = form_of(sheet, order, by)
    read = typed.lines(dict(enumerate(sheet.lines, 1)))
    if not form.is_valid() or read.errors:
        return JsonResponse({"head": form.errors, "fields": read.errors}, status=422)
    spec, places = form.spec(read.specs.values()), list(read.specs)
    try:
        answer, _replayed = once(
            f"user:{by.id} {request.path}"[:80],
            str(body.get("once", ""))[:100],
            {"body": {name: value for name, value in body.items() if name != "once"}},
            now(),
            lambda: _run(body, sheet, order, spec, by),
        )
    except NotPermitted as missing:
        return JsonResponse({"permission": missing.permission}, status=MAY_NOT)
    except Refused as stopped:
        if order is not None and any(refusal.code == STALE.code for refusal in stopped.refusals):
            return JsonResponse({"conflict": _both_sides(order)}, status=409)
        return JsonResponse(shown.refused(stopped.refusals, places), status=422)
    if answer["submitted"] or body.get("then") != "submit":
        messages.success(request, _("Submitted for review.") if answer["submitted"] else _("Saved as a draft."))
    return JsonResponse(answer)


def _run(
    body: Mapping[str, Any], sheet: Typed, order: Order | None, spec: OrderSpec, by: Actor
) -> tuple[dict[str, Any], bool]:
    """Save, answer for warnings, hand in: one transaction; only the saving can undo it."""
    at = now()
    if order is None:
        saved = actions.create([spec], by=by, at=at).one()
    else:
        saved = actions.edit({order.pk: spec}, by=by, at=at, versions={order.pk: sheet.version or 0}).one()
    if isinstance(body.get("sheet"), int):
        sheets.discard(body["sheet"], by=by)
    answer: dict[str, Any] = {
        "order": saved.pk,
        "number": saved.number,
        "version": saved.version,
        "to": reverse("orders:detail", args=[saved.pk]),
        "edit": reverse("orders:edit", args=[saved.pk]),
        "submitted": False,
        "missing": [],
        "asking": [],
    }
    if body.get("then") == "submit":
        answer |= _hand_in(saved, _reasons(body), by)
    return answer, True


def _reasons(body: Mapping[str, Any]) -> dict[str, str]:
    given = body.get("overrides")
    pairs = given.items() if isinstance(given, dict) else ()
    return {code: reason for code, reason in pairs if isinstance(reason, str) and reason.strip()}


def _hand_in(saved: Order, reasons: dict[str, str], by: Actor) -> dict[str, Any]:
    """Submit what was just saved, unless a warning still asks for a reason."""
    at = now()
    given = {saved.pk: reasons} if reasons else None
    outcome: Outcome[Order] = actions.submit([saved.pk], by=by, at=at, reasons=given)
    asking: list[Finding] = []
    if any(refusal.code == WARNINGS_ASK.code for refusal in outcome.refused):
        asking = facts.findings([saved], at)[saved.pk]
    return {
        "submitted": bool(outcome.done),
        "version": saved.version + len(outcome.done),
        "asking": shown.asking(asking, queries.overridden([saved.pk])[saved.pk]) if asking else [],
        "missing": [shown.missing(refusal) for refusal in outcome.refused if refusal.code != WARNINGS_ASK.code],
    }


def _both_sides(order: Order) -> dict[str, Any]:
    """The order as somebody else left it, in the form's own fields, and who that was."""
    lines = queries.lines_of([order.pk])[order.pk]
    last = Event.objects.filter(order_id=order.pk, subject_kind="orders.order").order_by("-sequence").first()
    return {
        "version": order.version,
        "head": typed.head_of(order),
        "lines": typed.lines_of(lines),
        "by": last.actor if last else "",
        "at": formats.moment(last.at) if last else "",
    }
