"""What a change would do and whom it needs, found by really doing it and undoing it; nothing stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from shunda.accounts.models import Region
from shunda.changes import cancelling, carrying
from shunda.changes.carrying import Carried
from shunda.changes.models import ChangeKind, Revision, Role
from shunda.changes.planning import Plan
from shunda.changes.specs import ChangeSpec
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.orders import authority, decisions, window
from shunda.orders.authority import CHANGE_AUTHORITY, Authority, Needed, PartCase
from shunda.orders.rules import OVERRIDE_FLOOR
from shunda.policies.decisions import decide


@dataclass(slots=True)
class Weighed:
    """One change weighed: its impact, what stands against it, what makes it worse, and who has to agree, by step."""

    impact: dict[str, Any] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    worse: list[Refusal] = field(default_factory=list)
    needed: Needed | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    voices: dict[str, int] = field(default_factory=dict)
    free_until: datetime | None = None
    free: bool = False
    gross_change: Decimal = Decimal(0)


class _Undo(Exception):
    """Everything was only tried."""


Ends = Mapping[int, datetime | None]


def weigh(specs: Mapping[int, ChangeSpec], *, by: Actor, at: datetime, ends: Ends | None = None) -> dict[int, Weighed]:
    """Weigh one change for each of these orders; the caller has looked whether the actor sees them.

    The same code carries changes out; here it runs inside a savepoint that is rolled back, in a number of queries that
    does not grow with the batch. The orders are locked as long as that takes. ``ends``: until when each may be changed
    freely, for whoever has asked the window already.
    """
    found = Carried({}, [], {})
    try:
        with transaction.atomic():
            found = carry_out(specs, by=by, at=at, numbers=dict.fromkeys(specs, ""))
            raise _Undo
    except _Undo:
        pass
    weighed = {pk: Weighed() for pk in specs}
    for refusal in found.refused:
        weighed[refusal.id or 0].refused.append(refusal)
    _authority(weighed, found.plans, by=by, at=at, ends=ends)
    for pk, effect in found.effects.items():
        weighed[pk].impact, weighed[pk].gross_change = effect.impact, effect.gross_change
    return weighed


def carry_out(specs: Mapping[int, ChangeSpec], *, by: Actor, at: datetime, numbers: Mapping[int, str]) -> Carried:
    """Carry changes out, of whatever kind."""
    gone = {pk: spec for pk, spec in specs.items() if spec.kind == ChangeKind.CANCEL}
    other = {pk: spec for pk, spec in specs.items() if spec.kind != ChangeKind.CANCEL}
    found = Carried({}, [], {})
    if gone:
        found = cancelling.carry_out(gone, by=by, at=at, numbers=numbers)
    if other:
        now = revisions(other)
        more = carrying.carry_out(other, by=by, at=at, numbers=numbers, revisions=now)
        found = Carried(found.effects | more.effects, found.refused + more.refused, found.plans | more.plans)
    return found


def revisions(order_ids: Mapping[int, Any]) -> dict[int, int]:
    """The newest revision of each order; 0 while nothing was changed. One query."""
    rows = Revision.objects.filter(order__in=list(order_ids)).order_by("order_id", "-number").distinct("order_id")
    return dict.fromkeys(order_ids, 0) | dict(rows.values_list("order_id", "number"))


def _authority(
    weighed: Mapping[int, Weighed], plans: Mapping[int, Plan], *, by: Actor, at: datetime, ends: Ends | None
) -> None:
    if ends is None:
        ends = window.free_until([made.order for made in plans.values()])
    regions = dict(Region.objects.filter(pk__in={m.order.region_id for m in plans.values()}).values_list("pk", "code"))
    asked: dict[int, list[PartCase]] = {}
    for pk, made in plans.items():
        one = weighed[pk]
        one.worse = made.worse
        if not by.may(OVERRIDE_FLOOR):
            one.refused += made.under_floor
        shipped = any(line.shipped for line in made.before.values())
        one.free_until = ends[pk]
        bound = made.order.confirmed_at is not None
        one.free = not bound or (window.is_open(ends[pk], at) and not shipped)
        asked[pk] = _cases(made, one, shipped=shipped, region=regions.get(made.order.region_id or 0, ""))
        one.facts = [_kept(case.facts()) for case in asked[pk]]
    rulings = iter(decide(CHANGE_AUTHORITY.name, [case.facts() for cases in asked.values() for case in cases], at=at))
    for pk, cases in asked.items():
        weighed[pk].needed = needed = authority.combined([next(rulings) for _case in cases])
        weighed[pk].voices = voices(plans[pk].spec.kind, needed, by)


def _cases(made: Plan, one: Weighed, *, shipped: bool, region: str) -> list[PartCase]:
    made_to_order = any(line.made_to_order for line in made.lines)
    facts = decisions.facts(made.order, made.order.customer, made_to_order=made_to_order, region=region)
    return [
        PartCase(
            part,
            facts,
            amount,
            free=one.free,
            shipped=shipped,
            worse=bool(made.worse),
            under_floor=bool(made.under_floor),
        )
        for part, amount in made.parts.items()
    ]


def _kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in facts.items()}


def voices(kind: str, needed: Needed, by: Actor) -> dict[str, int]:
    """Who has to agree, each with his step (R163-R167, R104).

    A small change is decided by whoever asks for it, if he may. The sales manager agrees to everything else, beside
    the departments concerned; top management after them. A product change takes both signatures, then a day from
    research and development.
    """
    found = dict.fromkeys(needed.departments, 1)
    if kind == ChangeKind.PRODUCT:
        found |= {Role.SALES: 1, Role.MANAGEMENT: 1, Role.RND: 2}
        return {str(role): step for role, step in found.items()}
    if needed.authority == Authority.FRONTLINE and not by.may(authority.PERMISSIONS[Authority.FRONTLINE]):
        found[Role.FRONTLINE] = 1
    if needed.authority in (Authority.SALES, Authority.MANAGEMENT):
        found[Role.SALES] = 1
    if needed.authority == Authority.MANAGEMENT:
        found[Role.MANAGEMENT] = 2
    return {str(role): step for role, step in found.items()}
