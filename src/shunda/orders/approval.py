"""What the system approves by itself, and who confirms: two decision tables, and the reasons people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.customers.models import Customer
from shunda.orders import reasons as why
from shunda.orders.decisions import FACTS, SCORED, Released, Submitted, facts_of
from shunda.orders.models import Channel, Order, OrderKind
from shunda.orders.queries import lines_of
from shunda.policies.conditions import NO, Condition, Within
from shunda.policies.decisions import Edition, Ruling, in_force
from shunda.policies.kinds import Choice
from shunda.policies.tables import Output, Row, Table, declare

APPROVE, REVIEW = "approve", "review"

AUTO_APPROVE = declare(
    Table(
        "orders.auto_approve",
        _("What the system approves"),
        _(
            "Asked when an order is placed and the system's own checks find nothing to look at. What it approves is"
            " confirmed at once."
        ),
        SCORED,
        (
            Output(
                "decision",
                _("decision"),
                Choice(
                    (
                        (APPROVE, pgettext_lazy("decision", "the system approves")),
                        (REVIEW, pgettext_lazy("decision", "people review")),
                    )
                ),
            ),
        ),
        (
            Row(
                {
                    "channel": f"{Channel.API}, {Channel.APP}, {Channel.WEB}, {Channel.MALL}, {Channel.FILE}",
                    "kind": f"{OrderKind.STANDARD}, {OrderKind.REPLENISHMENT}",
                    "gross": "<= 100000",
                    "currency": "CNY",
                    "contract": NO,
                    "important": NO,
                },
                {"decision": APPROVE},
            ),
        ),
        requirements=("R049", "R054", "R060"),
        subject_url="orders:detail",
        history=Released(),
        otherwise=_("people review"),
    )
)


class Confirmer(TextChoices):
    """Who confirms an approved order."""

    SYSTEM = "system", pgettext_lazy("confirmer", "the system, at once")
    PEOPLE = "people", pgettext_lazy("confirmer", "anybody who may confirm")
    SALES = "sales", pgettext_lazy("confirmer", "the sales manager")
    MANAGEMENT = "management", pgettext_lazy("confirmer", "top management")


PERMISSIONS: dict[str, str] = {
    Confirmer.PEOPLE: "orders.confirm_order",
    Confirmer.SALES: "orders.review_sales",
    Confirmer.MANAGEMENT: "orders.review_management",
}
"""What whoever confirms must hold, besides the right to confirm at all."""

CONFIRMERS = declare(
    Table(
        "orders.confirm",
        _("Who confirms an order"),
        _("Asked when an order is approved. What the system does not confirm waits on the worklist of whoever does."),
        FACTS,
        (Output("who", _("confirmed by"), Choice(tuple(Confirmer.choices))),),
        (),
        requirements=("R047", "R061"),
        subject_url="orders:detail",
        history=Submitted(),
        otherwise=_("the system confirms at once"),
    )
)


def approves(ruling: Ruling) -> bool:
    """Whether the system approves."""
    return ruling.first is not None and ruling.first["decision"] == APPROVE


def confirmer(ruling: Ruling) -> str:
    """Who confirms: the system, where no row says otherwise."""
    return str(ruling.first["who"]) if ruling.first else str(Confirmer.SYSTEM)


def possible_channels(edition: Edition) -> frozenset[str]:
    """The channels of which the system approves anything at all: the others need not be looked at further."""
    granting = [row for row, outcome in enumerate(edition.outcomes) if outcome["decision"] == APPROVE]
    asked = [edition.grid.conditions[row].get("channel") for row in granting]
    return frozenset(str(one) for one in Channel if any(each is None or each.met(one) for each in asked))


def why_people_review(edition: Edition, ruling: Ruling) -> Iterator[Refusal]:
    """Why people look at an order: what the row that comes closest to approving it asks and it does not meet."""
    if approves(ruling):
        return
    granting = [row for row, outcome in enumerate(edition.outcomes) if outcome["decision"] == APPROVE]
    missed = [edition.grid.unmet(row, ruling.facts) for row in granting]
    closest = min((found for found in missed if found), key=len, default=None)
    if closest is None:  # a row above it says that people review, or no row ever approves
        yield why.NOT_AUTO(version=ruling.version, rows=list(ruling.rows))
        return
    said = {_REASON.get(name, why.NOT_AUTO_OTHER).code: _refusal(name, one, ruling) for name, one in closest.items()}
    yield from said.values()


_REASON = {
    "channel": why.NOT_AUTO_CHANNEL,
    "gross": why.NOT_AUTO_AMOUNT,
    "currency": why.NOT_AUTO_AMOUNT,
    "kind": why.NOT_AUTO_KIND,
    "contract": why.NOT_AUTO_KIND,
    "important": why.NOT_AUTO_KIND,
}


def _refusal(name: str, condition: Condition, ruling: Ruling) -> Refusal:
    """What is not met, in words that need no table to be understood."""
    facts = ruling.facts
    reason = _REASON.get(name, why.NOT_AUTO_OTHER)
    if reason is why.NOT_AUTO_CHANNEL:
        return reason(channel=str(Channel(facts["channel"]).label), where="channel")
    if reason is why.NOT_AUTO_KIND:
        return reason(kind=str(OrderKind(facts["kind"]).label), where="kind")
    if reason is why.NOT_AUTO_AMOUNT:
        amount = f"{facts['gross']:.2f}"
        return reason(amount=amount, currency=str(facts["currency"]), limit=_limit(condition))
    return reason(asked=condition.text, where=name)


def _limit(condition: Condition) -> str:
    """The highest amount of a condition, where it has one."""
    highs = [span.high for span in condition.spans if span.high is not None] if isinstance(condition, Within) else []
    return plain(max(highs)) if highs else condition.text


def confirmers(orders: Sequence[Order], *, at: datetime) -> dict[int, Ruling]:
    """Who confirms each order, by the table in force; nothing where the table has no rows: one query, or four."""
    edition = in_force(CONFIRMERS.name, at)
    if not edition.grid.rows or not orders:
        return {}
    customers = Customer.objects.in_bulk({order.customer_id for order in orders})
    cases = facts_of(orders, customers, lines_of(order.pk for order in orders))
    return {order.pk: edition.rule(cases[order.pk]) for order in orders}


def why_not_confirm(ruling: Ruling, by: Actor, order_id: int) -> Refusal | None:
    """Confirmation is for whoever the table names."""
    who = confirmer(ruling)
    needed = PERMISSIONS.get(who)
    return why.OTHER_CONFIRMS[who](order_id) if needed and not by.may(needed) else None


def approval(rulings: Iterable[Ruling]) -> dict[str, Any]:
    """What the event of an approval by the system says: by which rows of which tables."""
    return {"auto": True, "decided": [trace(one.table, one.version, one.rows) for one in rulings if one.rows]}


@lru_cache(maxsize=1000)
def trace(table: str, version: int, rows: tuple[int, ...]) -> dict[str, Any]:
    """As ``Ruling.trace``; the same one for all orders that are decided alike."""
    return {"table": table, "version": version, "rows": list(rows)}
