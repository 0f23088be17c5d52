"""The change request and agreement, to be signed by both sides (R164, R168, R169); also the product change request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.changes import showing
from shunda.changes.models import Change, ChangeKind, Role
from shunda.orders.documents import paper
from shunda.web.formats import day, filled, moment

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these changes' documents, in this order and the active language; constant queries."""
    rows = (
        Change.objects.filter(pk__in=ids).select_related("order", "requested_by").prefetch_related("voices__decided_by")
    )
    found, ours = rows.in_bulk(), paper.company()
    return [_paper(found[pk], ours, private=private) for pk in ids]


def _title(change: Change) -> str:
    if change.kind == ChangeKind.PRODUCT:
        return pgettext("document", "Product change request")
    return pgettext("document", "Change agreement") if change.worse else pgettext("document", "Order change request")


def _paper(change: Change, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    order = change.order
    kept = showing.told(change.effect or change.impact, order.currency)
    return {
        **paper.sheet(_title(change), change.number, ours),
        "labels": {
            "buyer": pgettext("document", "Buyer"),
            "what": pgettext("document", "What changes"),
            "before": pgettext("document", "Agreed before"),
            "after": pgettext("document", "Agreed now"),
            "reason": pgettext("document", "Reason of the change"),
            "worse": pgettext("document", "The buyer agrees in particular"),
            "voices": pgettext("document", "Agreed to by"),
        },
        "facts": [
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Order date"), day(order.order_date)),
            (pgettext("document", "Customer's order number"), order.customer_reference),
            (pgettext("document", "Asked for by"), change.asked_by),
            (pgettext("document", "Asked at"), moment(change.asked_on)),
            (pgettext("document", "Written down by"), str(change.requested_by or "")),
        ],
        "buyer": paper.buyer(order, private=private),
        "rows": [{"what": str(row.label), "before": row.before, "after": row.after} for s in kept for row in s.rows],
        "reason": change.reason,
        "worse": "\n".join(showing.reasons(change.worse)),
        "people": [
            (str(voice.get_role_display()), paper.joined(str(voice.decided_by or ""), day(voice.decided_at)))
            for voice in change.voices.all()
            if voice.decided_at
        ],
        "signatures": _signatures(change),
    }


def _signatures(change: Change) -> list[paper.Pair]:
    """Who signs: both sides an agreement (R169), sales and production a request (R164).

    For a product, sales manager and vice-president before research and development names the day it is finished (R104).
    """
    date = pgettext("document", "Date")
    buyer = (pgettext("document", "Buyer (signature and seal)"), date)
    if change.kind == ChangeKind.PRODUCT:
        said = {voice.role: voice for voice in change.voices.all()}
        ready = said[Role.RND].ready_on if Role.RND in said else None
        finished = pgettext("document", "Finished by %(day)s") % {"day": filled(day, ready)}
        return [
            (pgettext("document", "Sales manager"), date),
            (pgettext("document", "Vice-president in charge"), date),
            (pgettext("document", "Research and development"), finished.strip()),
        ]
    if change.worse:
        return [buyer, (pgettext("document", "Seller (signature and seal)"), date)]
    return [
        buyer,
        (pgettext("document", "Sales (verified)"), date),
        (pgettext("document", "Production (agreed)"), date),
    ]
