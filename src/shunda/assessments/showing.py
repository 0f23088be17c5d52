"""The evidence of a case as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shunda.assessments.consequences import Released
from shunda.assessments.models import Assessment
from shunda.core.refusal import Refusal
from shunda.orders.models import Department, HoldKind
from shunda.web import formats
from shunda.work.kinds import label_of
from shunda.work.models import Awaited

LABELS: dict[str, str | Promise] = {
    "step": gettext_lazy("Step"),
    "order": gettext_lazy("Order"),
    "customer": gettext_lazy("Customer"),
    "promised_date": gettext_lazy("Promised for"),
    "warehouse": gettext_lazy("Warehouse"),
    "ready_on": pgettext_lazy("assessment", "In stock since"),
    "pickup_until": pgettext_lazy("assessment", "To be picked up by"),
    "deducted": pgettext_lazy("assessment", "Deducted of the deposit"),
    "tracking_number": gettext_lazy("Tracking number"),
    "shipped_at": gettext_lazy("Shipped"),
    "opened_at": pgettext_lazy("assessment", "Began to wait"),
    "limit_hours": pgettext_lazy("assessment", "Limit"),
    "due_at": pgettext_lazy("assessment", "Due"),
    "done_at": pgettext_lazy("assessment", "Done"),
    "done_by": pgettext_lazy("assessment", "Done by"),
    "department": pgettext_lazy("assessment", "Nobody can be named; department"),
    "calendar": pgettext_lazy("assessment", "Counted by the calendar"),
    "late_hours": pgettext_lazy("assessment", "Late by"),
    "paused_hours": pgettext_lazy("assessment", "Stood while late, not counted"),
    "down_hours": pgettext_lazy("assessment", "System down, not counted"),
    "released": pgettext_lazy("assessment", "Released"),
    "at": pgettext_lazy("assessment", "When"),
    "reason": pgettext_lazy("assessment", "Reason given"),
}
"""What evidence can say, in the order it is read."""


def evidence(case: Assessment) -> list[tuple[str | Promise, str]]:
    """The facts kept with a case, label and text; what is empty is left out."""
    facts: Mapping[str, Any] = case.facts
    working = facts.get("counted", "working") == "working"
    said = [
        (label, _shown(name, facts[name], working=working))
        for name, label in LABELS.items()
        if facts.get(name) or (name == "done_at" and "done_at" in facts)
    ]
    return said + [(_("Clock stood"), _pause(pause)) for pause in facts.get("pauses", [])]


def _pause(pause: Mapping[str, Any]) -> str:
    moments = [formats.moment(parse_datetime(text)) if text else "…" for text in (pause["since"], pause["until"])]
    awaited = Awaited(pause["awaited"]).label if pause["awaited"] in Awaited else pause["awaited"]
    return _("%(since)s to %(until)s, waiting for %(who)s: %(reason)s") % {
        "since": moments[0], "until": moments[1], "who": awaited, "reason": Refusal(None, pause["reason"]).message,
    }  # fmt: skip


def _shown(name: str, value: Any, *, working: bool) -> str:
    if name == "step":
        return label_of(value)
    if name == "department":
        return str(Department(value).label)
    if name.endswith("_hours"):
        hours = formats.quantity(Decimal(value))
        return (_("%(hours)s working hours") if working else _("%(hours)s hours by the clock")) % {"hours": hours}
    if name == "done_at" and not value:
        return _("not yet, when the case was made")
    if name == "at" or name.endswith("_at"):
        moment = parse_datetime(value)
        return formats.moment(moment) if isinstance(moment, datetime) else str(value)
    if name in {"promised_date", "ready_on", "pickup_until"}:
        return formats.day(date.fromisoformat(value))
    if name == "released":
        return _released(str(value))
    return str(value)


def _released(code: str) -> str:
    if code in HoldKind:
        return _("hold: %(kind)s") % {"kind": HoldKind(code).label}
    return str(Released.CREDIT.label if code.startswith("credit.") else Released.WARNING.label)
