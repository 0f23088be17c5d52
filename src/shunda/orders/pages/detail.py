"""The order page: everything about one order, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
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
from shunda.orders import explained, overview, queries, rules, stages
from shunda.orders import reasons as why
from shunda.orders.explained import CHECKED, MAY_SEE_CREDIT
from shunda.orders.forms import AttachForm
from shunda.orders.models import Order, OrderAttachment, OrderLine, Review
from shunda.orders.states import ORDER, STEPPER, OrderStatus, ReviewStatus, Stage
from shunda.pricing.rules import capitals
from shunda.web.formats import moment
from shunda.web.moves import Button, buttons
from shunda.web.pages import actor, now, page
from shunda.work import queries as work
from shunda.work.kinds import NOTES, label_of

FORMS = frozenset({"edit", "cancel", "prioritise", "hold"})
"""Moves that ask something on a page of their own."""
PAGES = frozenset({"edit"})
"""Those whose page has a script of its own and no room in a dialog: the entry page."""
PICKUP_TONES = {"": "info", "ok": "info", "warn": "warning", "block": "danger"}
MOVES = ("submit", "edit", "confirm", "complete", "archive", "withdraw", "prioritise", "hold", "cancel")
ELSEWHERE = {"cancel": "changes:cancel"}
"""Moves whose form is a page of another folder: it shows what cancelling does to shipments and money."""
ASIDE = frozenset({"prioritise", "hold"})
"""Moves that are possible at any time; they are never the main button."""


@page("orders.view_order")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: head, stage, clock, money, lines, reviews, holds, papers; panels of other folders come after it."""
    by, at = actor(request), now()
    found = overview.of(by, pk)
    if found is None:
        raise Http404
    order = found.order
    stage = rules.stage_of(order)
    waits = work.next_of_order(pk, by)
    ruled = stages.ruled(order, found.lines, at=at)
    context = {
        "order": order,
        "lines": shown(order, found.lines),
        "more": found.more,
        "stage": stage,
        "steps": steps(order, stage, stages.hidden(ruled)),
        "why_stages": queries.why_url(ruled.trace()) if ruled else "",
        "buttons": _buttons(order, by),
        "waits": waits,
        "waits_for": label_of(waits.kind) if waits else "",
        "clock_note": NOTES.get(waits.clock_note, "") if waits else "",
        "now": at,
        "holds": [(hold, rules.hold_reason(hold), queries.why_url(hold.decided)) for hold in found.holds],
        "checked": order.status in CHECKED,
        "blocked": [Refusal(pk, item["code"], item.get("data", {})) for item in order.blocked_by],
        "reviews": [_review(review, by) for review in found.reviews if review.round == order.round],
        "earlier": [_review(review, by) for review in found.reviews if review.round != order.round],
        "attachments": found.attachments,
        "attach_form": AttachForm(),
        "capitals": capitals(order.gross, order.currency),
        "money": _money(order),
        "pickup": _pickup(order, at),
        "sees_credit": any(by.may(permission) for permission in MAY_SEE_CREDIT),
        "receiver_phone": phone_for(by, order.receiver_phone),
    }
    return render(request, "orders/detail.html", context)


@page("orders.view_order", methods=["GET"])
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """More lines of an order, from after the line number asked for; the order page fetches them as it is scrolled."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    after = request.GET.get("after", "")
    found, more = overview.lines_after(pk, int(after) if after.isdecimal() and len(after) < 9 else 0)
    part = getattr(request, "htmx", False)
    context = {"order": order, "lines": shown(order, found), "more": more}
    return render(request, "orders/line_rows.html" if part else "orders/more_lines.html", context)


@page("orders.view_order", methods=["GET"])
def related(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of orders that have to do with this one."""
    by = actor(request)
    order = get_object_or_404(queries.seen_by(by), pk=pk)
    found = overview.related(by, order)
    groups = [
        (_("Copied from or to"), found["copies"]),
        (_("Same articles or same customer's number"), found["alike"]),
        (_("Other open orders of this customer"), found["open"]),
    ]
    return render(request, "orders/related.html", {"order": order, "groups": [group for group in groups if group[1]]})


@page("orders.view_order")
def attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponse:
    """A paper kept with the order."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    kept = OrderAttachment.objects.select_related("file__content")
    return file_response(request, get_object_or_404(kept, pk=attachment_pk, order=order).file)


def shown(order: Order, rows: list[OrderLine]) -> list[dict[str, Any]]:
    """Lines with the figures of their way: what counts as whole, and the line's share of what is paid."""
    paid = order.paid / order.gross if order.gross else Decimal(0)
    labels = [str(name) for name in (_("Locked"), _("Shipped"), _("Signed"), _("Returned"), _("Invoiced"))]
    found = []
    for line in rows:
        whole = line.base_quantity - line.cancelled
        locked = line.demand.reserved if line.demand else Decimal(0)
        figures = [locked, line.shipped, line.signed, line.returned, line.invoiced]
        wholes = [whole, whole, whole, None, whole]  # nobody wants everything back
        way = list(zip(labels, figures, wholes, strict=True))
        found.append({"row": line, "way": way, "paid": line.gross * min(paid, Decimal(1))})
    return found


def steps(order: Order, stage: Stage, hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """The way of the order as a stepper with the moments that are known; only prepaid orders pass "to pay".

    ``hidden`` are stages that a decision table leaves out (R153); where the order stands is always shown.
    """
    prepaid = order.term.kind == TermKind.PREPAID
    stands_for = {Stage.SENT_BACK: Stage.DRAFT, Stage.PARTLY_SHIPPED: Stage.TO_SHIP, Stage.CANCELLED: Stage.DRAFT}
    now_at = stands_for.get(stage, stage)
    way = [step for step in STEPPER if (step != Stage.TO_PAY or prepaid) and (step not in hidden or step == now_at)]
    here = way.index(now_at) if now_at in way else 0
    reached = {
        Stage.DRAFT: order.created_at,
        Stage.IN_REVIEW: order.submitted_at,
        Stage.TO_SHIP: order.confirmed_at,
        Stage.COMPLETED: order.completed_at,
        Stage.ARCHIVED: order.archived_at,
    }
    return [
        {
            "label": stage.label if i == here else step.label,
            "state": "done" if i < here else "now" if i == here else "todo",
            "note": moment(at) if i <= here and (at := reached.get(step)) else "",
        }
        for i, step in enumerate(way)
    ]


def moves_of(order: Order, by: Actor) -> list[Button]:
    """The moves of an order as the search offers them: without looking at its lines, so an action may still refuse."""
    return buttons(ORDER, order, by, _addresses(order), asks=FORMS)


def _addresses(order: Order) -> dict[str, str]:
    return {
        move: reverse(ELSEWHERE.get(move, f"orders:{move}"), args=[order.pk])
        if move in FORMS
        else f"{reverse(f'orders:{move}')}?row={order.pk}"
        for move in MOVES
    }


def _buttons(order: Order, by: Actor) -> list[Button]:
    """Buttons from the machine; what the order's lines stand against is closed, with the first reason."""
    closed: dict[str, str] = {}
    if order.status == OrderStatus.CONFIRMED:
        against = rules.why_not_cancel(order, overview.lines_out(order.pk))
        closed["cancel"] = _first(one for one in against if one.code != why.CANCEL_PLANNED.code)  # those are called off
        closed["complete"] = _first(rules.why_not_complete(order, overview.lines_left(order.pk)))
    drawn = buttons(
        ORDER,
        order,
        by,
        _addresses(order),
        asks=FORMS,
        pages=PAGES,
        why_not={move: why for move, why in closed.items() if why},
        confirm={"archive": _("Archive this order? It cannot be changed afterwards.")},
    )
    return [replace(button, tone="") if button.name in ASIDE else button for button in drawn]


def _first(refusals: Any) -> str:
    return next((refusal.message for refusal in refusals), "")


def _pickup(order: Order, at: datetime) -> dict[str, str] | None:
    """How the pick-up of a special order stands, in sentences, and how it is meant (R106-R108)."""
    said = explained.of_pickup(order, at)
    return {"tone": PICKUP_TONES[said[-1][0]], "text": " ".join(text for _level, text in said)} if said else None


def _money(order: Order) -> list[dict[str, Any]]:
    """Invoiced and paid, each with its share of the total in per cent, and what is open."""
    due = max(rules.owed(order) - order.paid, Decimal(0))
    figures = [(_("Invoiced"), order.invoiced), (_("Paid"), order.paid)]
    shares = [{"label": label, "amount": amount, "share": _share(amount, order.gross)} for label, amount in figures]
    return [*shares, {"label": _("Still to pay"), "amount": due, "share": None}]


def _share(part: Decimal, whole: Decimal) -> int:
    return int(min(part / whole, Decimal(1)) * 100) if whole else 0


def _review(review: Review, by: Actor) -> dict[str, Any]:
    """A review with its findings as sentences, and whether this person decides it."""
    found = [(item["level"], Refusal(None, item["code"], item["data"]).message) for item in review.findings]
    open_ = review.status == ReviewStatus.PENDING
    return {"row": review, "findings": found, "mine": open_ and by.may(f"orders.review_{review.department}")}
