"""The panel of the order page that says what is missing and what the system's own checks find right now."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from shunda.orders import facts, overrides, queries, rules
from shunda.orders.checks import Finding
from shunda.orders.pages.handing_in import asking
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
    answered = queries.overridden([pk])[pk]
    may_submit = order.status in ENTRY and by.may("orders.submit_order") and not missing
    context = {
        "order": order,
        "reasons_url": asking([pk]) if may_submit and overrides.asking(found, answered) else "",
        "missing": [("block", refusal.message) for refusal in missing] if order.status in ENTRY else [],
        "findings": [(finding.level, _told(finding, answered)) for finding in worst_first],
    }
    return render(request, "orders/checks.html", context)


def _told(finding: Finding, answered: Mapping[str, str]) -> str:
    """The sentence; where it speaks of another order, the way there; where somebody went on in spite of it, why."""
    other = finding.data.get("order_id")
    link = '{} <a href="{}">{}</a>'
    said = format_html(link, "", reverse("orders:detail", args=[other]), finding.data["number"]) if other else ""
    reason = answered.get(overrides.mark(finding), "")
    why = format_html(' — <span class="text-secondary">{}</span>', reason) if reason else ""
    return format_html("{}{}{}", finding.message, said, why)
