"""Stopping a step of an order, letting it go on, and saying how soon the order goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shunda.accounts.models import User
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.orders import queries, rules, steps
from shunda.orders import reasons as why
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import Hold, HoldKind, Order, OrderLine, Priority, Stops
from shunda.orders.queries import open_holds, seen_by
from shunda.orders.specs import HoldSpec, PrioritySpec
from shunda.orders.states import ORDER
from shunda.orders.tasks import SUBJECT
from shunda.work.specs import NoticeSpec
from shunda.work.steps import mark_urgent, tell

__all__ = ["HoldTerms", "place_hold", "prioritise", "release_hold", "release_holds"]

REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """On what a hold is placed, who looks after it and how it ends; ``line`` is the number of a line."""

    line: int | None = None
    owner_id: int | None = None
    rule: str = ReleaseRule.HAND
    expires_at: datetime | None = None


@action("orders.hold_order")
def place_hold(
    ids: Collection[int],
    reason: str,
    *,
    kind: str = HoldKind.MANUAL,
    stops: str = Stops.SHIP,
    terms: HoldTerms | None = None,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Hold]:
    """Stop one step (confirmation, shipping, invoicing) of orders, or of one line of them, until it is released.

    ``terms`` names the line, who looks after the hold, who may release it and when it ends by itself. Refused: no
    reason, an unknown kind, step, rule, owner or line, an end that is past, and a hold of the same kind on the same
    step. ``Refusal.id`` is the order.
    """
    asked = terms or HoldTerms()
    batch = Batch(seen_by(by), ids, ORDER, "hold", versions=versions)
    lines = _lines(batch.ids, asked.line)
    there = open_holds(batch.ids, stops)
    owner = asked.owner_id is None or User.objects.filter(pk=asked.owner_id, is_active=True).exists()

    def why_not(order: Order) -> Iterator[Refusal]:
        yield from _why_not(order.pk, reason, kind, stops)
        yield from _why_not_terms(order.pk, asked, at, line=lines.get(order.pk), owner=owner)
        for hold in there[order.pk]:
            if hold.kind == kind and hold.line_id == lines.get(order.pk):
                yield why.HOLD_EXISTS(order.pk, reason=rules.hold_reason(hold))

    batch.refuse_if(why_not)
    specs = [
        HoldSpec(
            order.pk, reason.strip(), kind, stops, lines.get(order.pk), asked.owner_id, asked.rule, asked.expires_at
        )
        for order in batch
    ]
    if asked.owner_id is not None:
        tell([NoticeSpec(asked.owner_id, SUBJECT, o.pk, o.number, reason.strip()) for o in batch], by=by, at=at)
    return Outcome(steps.place_holds(specs, by=by, at=at), batch.refused)


def _lines(order_ids: Collection[int], line_no: int | None) -> dict[int, int]:
    if line_no is None:
        return {}
    rows = OrderLine.objects.filter(order_id__in=order_ids, line_no=line_no)
    return dict(rows.values_list("order_id", "pk"))


def _why_not(order_id: int, reason: str, kind: str, stops: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield why.REASON_REQUIRED(order_id, where="reason")
    if len(reason.strip()) > REASON_LENGTH:
        yield why.REASON_TOO_LONG(order_id, limit=REASON_LENGTH, where="reason")
    if kind not in HoldKind:
        yield why.HOLD_CHOICE(order_id, value=kind, where="kind")
    if stops not in Stops:
        yield why.HOLD_CHOICE(order_id, value=stops, where="stops")


def _why_not_terms(
    order_id: int, terms: HoldTerms, at: datetime, *, line: int | None, owner: bool
) -> Iterator[Refusal]:
    if terms.rule not in ReleaseRule:
        yield why.HOLD_CHOICE(order_id, value=terms.rule, where="rule")
    if terms.line is not None and line is None:
        yield why.HOLD_LINE(order_id, line=terms.line, where="line")
    if not owner:
        yield why.UNKNOWN_CHOICE["owner"](order_id, value=str(terms.owner_id), where="owner")
    if terms.expires_at is not None and terms.expires_at <= at:
        yield why.HOLD_PAST(order_id, where="expires_at")


@action("orders.release_order")
def release_hold(
    ids: Collection[int],
    *,
    kind: str = HoldKind.MANUAL,
    stops: str = Stops.SHIP,
    reason: str = "",
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Hold]:
    """Let orders go on: release their open holds of this kind on this step, those of lines too.

    Refused where there is none, and where somebody else than who placed it has to release it.
    """
    batch = Batch(seen_by(by), ids, ORDER, "release", versions=versions)
    there = {pk: [hold for hold in holds if hold.kind == kind] for pk, holds in open_holds(batch.ids, stops).items()}
    batch.refuse_if(lambda order: None if there[order.pk] else why.NO_HOLD(order.pk))
    placers = queries.placers([hold for holds in there.values() for hold in holds])
    batch.refuse_if(lambda order: [one for hold in there[order.pk] if (one := _own(order.pk, hold, by, placers))])
    holds = [hold for order in batch for hold in there[order.pk]]
    return Outcome(steps.release(holds, by=by, at=at, reason=reason.strip()[:REASON_LENGTH]), batch.refused)


@action("orders.release_order")
def release_holds(ids: Collection[int], reason: str = "", *, by: Actor, at: datetime) -> Outcome[Hold]:
    """Release single holds (their ids). Refused: one that is not open, and one that somebody else has to release."""
    wanted = sorted(set(ids))
    orders = Hold.objects.filter(pk__in=wanted, order__in=seen_by(by)).values_list("order_id", flat=True)
    batch = Batch(seen_by(by), orders, ORDER, "release")
    holds = list(Hold.objects.filter(pk__in=wanted, order_id__in=batch.ids, released_at__isnull=True).order_by("pk"))
    placers = queries.placers(holds)
    against = {one.id: one for hold in holds if (one := _own(hold.pk, hold, by, placers))}
    refused = [NOT_FOUND(pk) for pk in wanted if pk not in {hold.pk for hold in holds}]
    going = [hold for hold in holds if hold.pk not in against]
    done = steps.release(going, by=by, at=at, reason=reason.strip()[:REASON_LENGTH])
    return Outcome(done, [*refused, *against.values()])


def _own(ident: int, hold: Hold, by: Actor, placers: Mapping[int, Collection[int]]) -> Refusal | None:
    own = hold.rule == ReleaseRule.OTHER and by.persons & {hold.placed_by_user_id, *placers[hold.pk]}
    return why.OWN_HOLD(ident) if own else None


@action("orders.prioritise_order")
def prioritise(
    specs: Mapping[int, PrioritySpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Say how important and how urgent orders are (R014, R015); their waiting tasks follow."""
    batch = Batch(seen_by(by), specs, ORDER, "prioritise", versions=versions)
    batch.refuse_if(
        lambda order: (
            None
            if specs[order.pk].priority in set(Priority)
            else why.UNKNOWN_CHOICE["priority"](order.pk, value=str(specs[order.pk].priority), where="priority")
        )
    )
    for order in batch:
        wanted = specs[order.pk]
        batch.amend(order, {"priority": wanted.priority, "urgent": wanted.urgent})
    outcome = batch.commit(by=by, at=at)
    for urgent in (True, False):
        mark_urgent([order.pk for order in outcome.done if order.urgent is urgent], urgent=urgent)
    return outcome
