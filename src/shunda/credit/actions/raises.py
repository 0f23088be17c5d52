"""Temporary raises of limits: asked for, decided by a second person, over by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.credit import queries, reasons, rules, steps, tasks
from shunda.credit.models import CreditAccount, LimitRaise
from shunda.credit.specs import RaiseSpec
from shunda.credit.states import RAISE, RaiseStatus
from shunda.customers import queries as customers
from shunda.policies import queries as policies

Versions = Mapping[int, int] | None


@action("credit.create_raise")
def ask_raises(specs: Sequence[RaiseSpec], *, by: Actor, at: datetime) -> Outcome[LimitRaise]:
    """Ask that customers may owe more for some days; ids of refusals are places in the batch (R049, R051).

    Together with what runs or waits already, raises up to ``credit.raise_alone_amount`` hold at once; above it a
    second person decides. Refused: no amount, no reason, days that are past, the wrong way round or too many, another
    currency than the account's.
    """
    decided = policies.values("credit.raise_alone_amount", "credit.raise_days")
    people = customers.seen_by(by).in_bulk({spec.customer_id for spec in specs})
    accounts = steps.accounts(people)
    open_ones = queries.open_raises(people, at)
    rows: list[LimitRaise] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        if spec.customer_id not in people:
            refused.append(NOT_FOUND(index))
            continue
        account = accounts[spec.customer_id]
        if why := list(rules.why_no_raise(index, spec, account.currency, at, decided["credit.raise_days"])):
            refused += why
            continue
        together = open_ones.get(spec.customer_id, Decimal(0)) + spec.amount
        open_ones[spec.customer_id] = together
        rows.append(_row(spec, account, alone=together <= decided["credit.raise_alone_amount"], by=by, at=at))
    done = LimitRaise.objects.bulk_create(rows)
    record([happening("raise.create", row, **_said(row)) for row in done], by=by, at=at)
    alone = [row for row in done if row.status == RaiseStatus.APPROVED]
    record([happening("raise.approve", row, alone=True) for row in alone], by=by, at=at)
    tasks.open_for([row for row in done if row.status == RaiseStatus.ASKED], people, at=at)
    steps.recount({row.customer_id for row in alone}, by=by, at=at)
    return Outcome(done, refused)


def _row(spec: RaiseSpec, account: CreditAccount, *, alone: bool, by: Actor, at: datetime) -> LimitRaise:
    return LimitRaise(
        customer_id=spec.customer_id,
        status=RAISE.along("approve") if alone else RAISE.along(),
        amount=spec.amount,
        currency=account.currency,
        reason=spec.reason.strip(),
        since=spec.since or at,
        until=spec.until,
        asked_by_id=by.id,
        asked_by=by.name,
        asked_at=at,
        decided_by=by.name if alone else "",
        decided_at=at if alone else None,
    )


def _said(row: LimitRaise) -> dict[str, str]:
    days = {"since": row.since.isoformat(), "until": row.until.isoformat()}
    return {"amount": str(row.amount), "currency": row.currency, "reason": row.reason, **days}


@action(RAISE["approve"].permission)
def approve_raises(
    ids: Collection[int], remark: str = "", *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[LimitRaise]:
    """Let raises hold between their days; never by who asked (four eyes). Refused: one whose days are over."""
    batch = _batch(ids, "approve", remark, by, versions)
    batch.refuse_if(lambda row: None if row.until > at else reasons.RAISE_OVER(row.pk))
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by=by.name, remark=remark.strip())
    tasks.close(LimitRaise, batch.ids, by=by, at=at)
    steps.recount({row.customer_id for row in outcome.done}, by=by, at=at)
    return outcome


@action(RAISE["reject"].permission)
def reject_raises(
    ids: Collection[int], remark: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[LimitRaise]:
    """Say no, and why; never by who asked: who asked may withdraw."""
    batch = _batch(ids, "reject", remark, by, versions)
    batch.refuse_if(lambda row: None if remark.strip() else reasons.NO_REMARK(row.pk, where="remark"))
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by=by.name, remark=remark.strip())
    tasks.close(LimitRaise, batch.ids, by=by, at=at)
    return outcome


@action(RAISE["withdraw"].permission)
def withdraw_raises(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[LimitRaise]:
    """Nobody needs these raises any more."""
    outcome = Batch(queries.raises(by), ids, RAISE, "withdraw", versions=versions).commit(
        by=by, at=at, stamp="decided_at", decided_by=by.name
    )
    tasks.close(LimitRaise, [row.pk for row in outcome.done], by=by, at=at, outcome="dropped")
    return outcome


@action(RAISE["end"].permission)
def end_raises(
    ids: Collection[int], remark: str = "", *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[LimitRaise]:
    """End raises before their day, or those whose day has come. Confirmed orders stay; new ones see the lower limit."""
    batch = Batch(queries.raises(by), ids, RAISE, "end", versions=versions)
    batch.refuse_if(lambda row: rules.why_bad_remark(row.pk, remark))
    for row in batch:
        batch.note(row.pk, remark=remark.strip())
    outcome = batch.commit(by=by, at=at, stamp="ended_at")
    steps.recount({row.customer_id for row in outcome.done}, by=by, at=at)
    return outcome


def _batch(ids: Collection[int], move: str, remark: str, by: Actor, versions: Versions) -> Batch[LimitRaise]:
    """Raises a second person decides on."""
    batch = Batch(queries.raises(by), ids, RAISE, move, versions=versions)
    asked = queries.askers(batch)
    batch.refuse_if(
        lambda row: reasons.OWN_RAISE(row.pk) if rules.same_person(asked[row.pk], row.asked_by, by) else None
    )
    batch.refuse_if(lambda row: rules.why_bad_remark(row.pk, remark))
    for row in batch:
        batch.note(row.pk, **({"remark": remark.strip()} if remark.strip() else {}))
    return batch
