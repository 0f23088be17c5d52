"""The order page: everything about one order, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.customers.models import TermKind
from shunda.customers.rules import phone_for
from shunda.files.responses import file_response
from shunda.orders import queries, rules
from shunda.orders.forms import AttachForm
from shunda.orders.models import Order, OrderAttachment, OrderLine, Review
from shunda.orders.pages.checks import CHECKED
from shunda.orders.states import ORDER, STEPPER, OrderStatus, ReviewStatus, Stage
from shunda.pricing.rules import capitals
from shunda.web.moves import Button, buttons
from shunda.web.pages import actor, page

FORMS = frozenset({"edit", "cancel", "prioritise", "hold"})
"""Moves that ask something on a page of their own."""
MOVES = ("submit", "edit", "confirm", "complete", "archive", "withdraw", "prioritise", "hold", "cancel")
ASIDE = frozenset({"prioritise", "hold"})
"""Moves that are possible at any time; they are never the main button."""


@page("orders.view_order")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: head, stage, money, lines, reviews, holds, papers; panels of other folders come after it."""
    by = actor(request)
    found = queries.detail(by, pk)
    if found is None:
        raise Http404
    order, lines = found.order, found.lines
    holds = [hold for hold in found.holds if hold.released_at is None]
    stage = rules.stage_of(order)
    context = {
        "order": order,
        "lines": lines,
        "stage": stage,
        "steps": steps(stage, prepaid=order.term.kind == TermKind.PREPAID),
        "buttons": _buttons(order, lines, by),
        "holds": [(hold, rules.hold_reason(hold)) for hold in holds],
        "checked": order.status in CHECKED,
        "blocked": [Refusal(pk, item["code"], item.get("data", {})) for item in order.blocked_by],
        "reviews": [_review(review, by) for review in found.reviews if review.round == order.round],
        "earlier": [_review(review, by) for review in found.reviews if review.round != order.round],
        "attachments": found.attachments,
        "attach_form": AttachForm(),
        "capitals": capitals(order.gross, order.currency),
        "open_amount": rules.owed(order) - order.paid,
        "receiver_phone": phone_for(by, order.receiver_phone),
    }
    return render(request, "orders/detail.html", context)


@page("orders.view_order")
def attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponse:
    """A paper kept with the order."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    kept = OrderAttachment.objects.select_related("file__content")
    return file_response(request, get_object_or_404(kept, pk=attachment_pk, order=order).file)


def steps(stage: Stage, *, prepaid: bool) -> list[dict[str, Any]]:
    """The way of the order as a stepper; only prepaid orders pass "to pay"."""
    way = [step for step in STEPPER if step != Stage.TO_PAY or prepaid]
    stands_for = {Stage.SENT_BACK: Stage.DRAFT, Stage.PARTLY_SHIPPED: Stage.TO_SHIP, Stage.CANCELLED: Stage.DRAFT}
    now = way.index(stands_for.get(stage, stage)) if stands_for.get(stage, stage) in way else 0
    label = {way[now]: stage.label}
    return [
        {
            "label": label.get(step, step.label),
            "state": "done" if i < now else "now" if i == now else "todo",
            "note": "",
        }
        for i, step in enumerate(way)
    ]


def moves_of(order: Order, by: Actor) -> list[Button]:
    """The moves of an order as the search offers them: without looking at its lines, so an action may still refuse."""
    return buttons(ORDER, order, by, _addresses(order), asks=FORMS)


def _addresses(order: Order) -> dict[str, str]:
    return {
        move: reverse(f"orders:{move}", args=[order.pk])
        if move in FORMS
        else f"{reverse(f'orders:{move}')}?row={order.pk}"
        for move in MOVES
    }


def _buttons(order: Order, lines: Sequence[OrderLine], by: Actor) -> list[Button]:
    closed = {
        "cancel": _first(rules.why_not_cancel(order, lines)),
        "complete": _first(rules.why_not_complete(order, lines)) if order.status == OrderStatus.CONFIRMED else "",
    }
    drawn = buttons(
        ORDER,
        order,
        by,
        _addresses(order),
        asks=FORMS,
        why_not={move: why for move, why in closed.items() if why},
        confirm={"archive": _("Archive this order? It cannot be changed afterwards.")},
    )
    return [replace(button, tone="") if button.name in ASIDE else button for button in drawn]


def _first(refusals: Any) -> str:
    return next((refusal.message for refusal in refusals), "")


def _review(review: Review, by: Actor) -> dict[str, Any]:
    """A review with its findings as sentences, and whether this person decides it."""
    found = [(item["level"], Refusal(None, item["code"], item["data"]).message) for item in review.findings]
    open_ = review.status == ReviewStatus.PENDING
    return {"row": review, "findings": found, "mine": open_ and by.may(f"orders.review_{review.department}")}
