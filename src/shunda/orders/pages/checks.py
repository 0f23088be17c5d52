"""The panel of the order page that says what is missing and what the system's own checks find right now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from shunda.orders import facts, queries, rules
from shunda.orders.checks import Finding
from shunda.orders.states import OrderStatus
from shunda.web.pages import actor, now, page

ENTRY = frozenset({OrderStatus.DRAFT, OrderStatus.SENT_BACK})


@page("orders.view_order")
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """Gaps that keep a draft from being submitted, then every finding, the worst first."""
    by = actor(request)
    order = get_object_or_404(queries.seen_by(by), pk=pk)
    missing, found = facts.gaps(order, now(), may_override=by.may(rules.OVERRIDE_FLOOR))
    worst_first = sorted(found, key=lambda finding: ("block", "warn", "ok").index(finding.level))
    context = {
        "order": order,
        "missing": [("block", refusal.message) for refusal in missing] if order.status in ENTRY else [],
        "findings": [(finding.level, _with_link(finding)) for finding in worst_first],
    }
    return render(request, "orders/checks.html", context)


def _with_link(finding: Finding) -> str:
    """The sentence; where it speaks of another order, the way there."""
    other = finding.data.get("order_id")
    if not other:
        return finding.message
    return format_html(
        '{} <a href="{}">{}</a>', finding.message, reverse("orders:detail", args=[other]), finding.data["number"]
    )
