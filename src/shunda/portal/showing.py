"""What a customer reads about his order, in his words: nothing of how we work inside, personal data masked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.changes.weighing import Weighed
from shunda.customers.models import TermKind
from shunda.customers.rules import masked_phone
from shunda.fulfilment.models import Shipment
from shunda.orders import queries as orders
from shunda.orders import rules, stages
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import Stage
from shunda.portal import queries, visits
from shunda.portal.models import Link
from shunda.web.formats import money

WORDS = {
    Stage.DRAFT: pgettext_lazy("customer's stage", "received"),
    Stage.IN_REVIEW: pgettext_lazy("customer's stage", "being checked"),
    Stage.TO_PAY: pgettext_lazy("customer's stage", "waiting for payment"),
    Stage.TO_SHIP: pgettext_lazy("customer's stage", "being prepared"),
    Stage.PARTLY_SHIPPED: pgettext_lazy("customer's stage", "partly on the way"),
    Stage.SHIPPED: pgettext_lazy("customer's stage", "on the way"),
    Stage.SIGNED: pgettext_lazy("customer's stage", "delivered"),
    Stage.COMPLETED: pgettext_lazy("customer's stage", "completed"),
    Stage.CANCELLED: pgettext_lazy("customer's stage", "cancelled"),
}
"""The stages as customers call them; those that say how we decide are one."""

WAY = (
    Stage.DRAFT,
    Stage.IN_REVIEW,
    Stage.TO_PAY,
    Stage.TO_SHIP,
    Stage.SHIPPED,
    Stage.SIGNED,
    Stage.COMPLETED,
)
OURS = {Stage.SENT_BACK: Stage.IN_REVIEW, Stage.TO_CONFIRM: Stage.IN_REVIEW, Stage.ARCHIVED: Stage.COMPLETED}
"""What only we tell apart."""


def of(link: Link, *, at: datetime) -> dict[str, Any]:
    """Everything on the customer's page; a fixed number of queries, however long the order is."""
    order = orders.staged(Order.objects.select_related("customer", "term", "owner")).get(pk=link.order_id)
    lines = queries.lines_of(order)
    stage = OURS.get(rules.stage_of(order), rules.stage_of(order))
    hidden = stages.hidden(stages.ruled(order, lines, at=at))
    shown = [line for line in lines[: queries.MOST_LINES] if not is_taken_out(line)]
    cancelling = visits.may_cancel(link, at=at)
    return {
        "order": order,
        "stage": WORDS[stage],
        "cancelled": stage == Stage.CANCELLED,
        "steps": _steps(order, stage, hidden),
        "lines": [_line(line) for line in shown],
        "more": len(lines) > queries.MOST_LINES,
        "freight": order.freight_net + order.freight_tax,
        "to_pay": max(order.gross - order.paid, Decimal(0)),
        "shipments": [_shipment(one) for one in queries.shipments_of(order)],
        "receiver": masked_name(order.receiver),
        "receiver_phone": masked_phone(order.receiver_phone),
        "seller": order.owner,
        "may_cancel": cancelling.refused is None,
        "until": cancelling.until,
        "wishes": list(queries.wishes_of(order)),
        "link": link,
    }


def masked_name(name: str) -> str:
    """The first character: enough for whoever is meant to know himself."""
    return f"{name[:1]}**" if name else ""


def _steps(order: Order, stage: Stage, hidden: Collection[str]) -> list[dict[str, Any]]:
    """The way of the order in the customer's words; stages the company does not show are left out (R153)."""
    if stage == Stage.CANCELLED:
        return []
    here = Stage.SHIPPED if stage == Stage.PARTLY_SHIPPED else stage
    prepaid = order.term.kind == TermKind.PREPAID
    way = [s for s in WAY if s == here or ((s != Stage.TO_PAY or prepaid) and s not in hidden)]
    now = way.index(here)
    return [
        {"label": WORDS[stage if i == now else s], "state": "done" if i < now else "now" if i == now else "todo"}
        for i, s in enumerate(way)
    ]


def _line(line: OrderLine) -> dict[str, Any]:
    """An article, how much of it, and how much is on its way, in the line's own unit where that can be said."""
    per = line.base_quantity / line.quantity
    return {
        "row": line,
        "note": " · ".join(filter(None, (line.model, line.specification))),
        "shipped": round(line.shipped / per, 4) if line.shipped else None,
        "dropped": round(line.cancelled / per, 4) if line.cancelled else None,
    }


def _shipment(shipment: Shipment) -> dict[str, Any]:
    page = shipment.carrier.tracking_url if shipment.carrier and shipment.tracking_number else ""
    return {"row": shipment, "url": page.replace("{number}", quote(shipment.tracking_number, safe=""))}


def consequences(order: Order, one: Weighed) -> list[Any]:
    """What cancelling does, in sentences, from what really doing it came to."""
    said: list[Any] = [_("Nothing of this order will be delivered.")]
    told = {name: Decimal(pair[1]) for name, pair in one.impact.get("money", {}).items() if pair[1]}
    if order.paid:
        back = money(told.get("to_refund", Decimal(0)), order.currency)
        said.append(_("Of what you paid we give back %(amount)s.") % {"amount": back})
        if kept := told.get("deposit_kept"):
            said.append(_("We keep %(amount)s of the deposit.") % {"amount": money(kept, order.currency)})
    else:
        said.append(_("You paid nothing yet, and there is nothing to pay."))
    if any(pair[0] and not pair[1] for pair in one.impact.get("shipments", {}).values()):
        said.append(_("A shipment that was being prepared is called off."))
    said.append(_("A cancelled order stays cancelled. If you want the goods after all, order them anew."))
    return said
