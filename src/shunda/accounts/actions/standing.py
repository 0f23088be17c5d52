"""Being away: somebody else does one's steps meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from shunda.accounts import queries, reasons
from shunda.accounts.models import Delegation, User
from shunda.accounts.specs import DelegationSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, happening
from shunda.core.event import record
from shunda.core.refusal import NotPermitted, Refusal

LONGEST = timedelta(days=366)
EDIT = "accounts.edit_user"


def _who(by: Actor) -> int:
    """Who acts; whoever stands in himself passes nothing on."""
    if by.id is None or by.for_id is not None:
        raise NotPermitted("accounts.own")
    return by.id


@transaction.atomic
def delegate(spec: DelegationSpec, *, by: Actor, at: datetime) -> Outcome[Delegation]:
    """Name who stands in while one is away; an administrator of people may do it for somebody else.

    Refused: oneself, nobody active, days in the wrong order, in the past or over a year, days for which somebody is
    named already, and chains: a deputy who is away himself, or somebody who stands in for others meanwhile.
    """
    me = _who(by)
    giver = spec.giver_id or me
    if giver != me and not by.may(EDIT):
        raise NotPermitted(EDIT)
    with connection.cursor() as cursor:  # two who make each other deputy wait for each other
        cursor.execute("select pg_advisory_xact_lock(hashtext('accounts.delegate'))")
    refused = [*_why_not_days(spec, at), *_why_not_people(spec, giver, at)]
    if refused:
        return Outcome([], refused)
    row = Delegation.objects.create(
        giver_id=giver, deputy_id=spec.deputy_id, since=spec.since, until=spec.until, reason=spec.reason.strip()[:200],
        made_by=by.name, made_at=at,
    )  # fmt: skip
    record([happening("delegation.make", row, giver=str(row.giver), deputy=str(row.deputy))], by=by, at=at)
    return Outcome([row], [])


def _why_not_days(spec: DelegationSpec, at: datetime) -> list[Refusal]:
    wrong = spec.until <= spec.since or spec.until <= at or spec.until - spec.since > LONGEST
    return [reasons.BAD_ABSENCE(0, where="until")] if wrong else []


def _why_not_people(spec: DelegationSpec, giver: int, at: datetime) -> list[Refusal]:
    people = User.objects.in_bulk([giver, spec.deputy_id])
    deputy = people.get(spec.deputy_id)
    if deputy is None or not deputy.is_active or spec.deputy_id == giver or giver not in people:
        return [reasons.NO_DEPUTY(0, where="deputy_id")]
    meanwhile = queries.delegations(at).filter(since__lt=spec.until, until__gt=spec.since)
    near = list(meanwhile.filter(Q(giver__in=people) | Q(deputy=giver)))
    if any(row.giver_id == giver for row in near):
        return [reasons.AWAY_ALREADY(0, where="since")]
    if any(row.giver_id == spec.deputy_id for row in near):
        return [reasons.DEPUTY_AWAY(0, where="deputy_id", name=str(deputy))]
    return [reasons.IS_DEPUTY(0, where="since")] if near else []


@transaction.atomic
def end_delegations(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Delegation]:
    """End one's being away or standing in before its time, also while one stands in. Refused: what has ended."""
    if by.id is None:
        raise NotPermitted("accounts.own")
    rows = Delegation.objects.all() if by.may(EDIT) else Delegation.objects.filter(Q(giver=by.id) | Q(deputy=by.id))
    batch = Batch(rows, ids, None, "delegation.end", versions=versions)
    batch.refuse_if(lambda row: reasons.STANDING_ENDED(row.pk) if row.ended_at or row.until <= at else None)
    return batch.commit(by=by, at=at, stamp="ended_at", ended_by=by.name)
