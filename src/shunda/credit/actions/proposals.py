"""Proposals of grades and limits: made by a person or by the model, decided by a second person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shunda.core.actor import Actor, system
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.money import plain
from shunda.core.refusal import NOT_FOUND, Refusal, Refused
from shunda.credit import proposing, queries, reasons, rules, scoring, steps, tasks
from shunda.credit.actions.limits import set_limits
from shunda.credit.models import CreditAccount, Proposal
from shunda.credit.proposing import Proposed
from shunda.credit.queries import Exposure
from shunda.credit.rules import Score
from shunda.credit.specs import LimitSpec, ProposalSpec
from shunda.credit.states import PROPOSAL
from shunda.customers import queries as customers
from shunda.customers.actions import edit_customers
from shunda.customers.models import Customer
from shunda.policies import queries as policies

Versions = Mapping[int, int] | None


@action("credit.create_proposal")
def propose(specs: Sequence[ProposalSpec], *, by: Actor, at: datetime) -> Outcome[Proposal]:
    """Propose other grades and limits; ids of refusals are places in the batch (R051).

    The proposal keeps the score and what it rests on at that moment. Refused: no reason, a limit that is no amount,
    an unknown grade, nothing that would change, a customer for whom a proposal waits already.
    """
    people = customers.seen_by(by).in_bulk({spec.customer_id for spec in specs})
    steps.accounts(people)  # two who propose for one customer wait for each other
    standings = queries.exposure(people, at)
    scores = scoring.weigh(standings, scoring.decided(), at)
    waiting = {row.customer_id for row in queries.waiting(people)}
    rows: list[Proposal] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        customer = people.get(spec.customer_id)
        if customer is None:
            refused.append(NOT_FOUND(index))
            continue
        standing = standings[spec.customer_id]
        why = list(rules.why_no_proposal(index, spec, standing.limit, standing.currency, customer.grade))
        if spec.customer_id in waiting:
            why.append(reasons.PROPOSAL_WAITS(index))
        refused += why
        if not why:
            waiting.add(spec.customer_id)
            rows.append(_row(customer, standing, scores[spec.customer_id], spec, by=by, at=at))
    return Outcome(_made(rows, people, by=by, at=at), refused)


def propose_by_model(customer_ids: Iterable[int], *, at: datetime) -> list[Proposal]:
    """Let the model propose for these customers, as the job does at night; running it twice proposes nothing twice.

    Left alone are customers who had nothing to pay yet, those about whom somebody decided within
    ``credit.propose_again_days``, and those for whom a person's proposal waits. A waiting proposal of the model that
    it would no longer make so is withdrawn.
    """
    by = system()
    found = {pk: one for pk, one in proposing.proposed(customer_ids, at).items() if one.score.rate is not None}
    since = at - timedelta(days=policies.value("credit.propose_again_days"))
    left = queries.decided_since(found, since)
    waiting = {row.customer_id: row for row in queries.waiting(found)}
    gone = [row.pk for pk, row in waiting.items() if row.decided is not None and not _is(row, found[pk])]
    withdraw_proposals(gone, by=by, at=at)
    new = {pk: one for pk, one in found.items() if one.changes and pk not in left}
    steps.accounts(new)
    taken = {row.customer_id for row in queries.waiting(new)}
    rows = [
        _row(
            one.customer,
            one.standing,
            one.score,
            ProposalSpec(one.customer.pk, "", one.grade, one.limit),
            by=by,
            at=at,
            decided=one.ruling.trace(),
        )
        for pk, one in new.items()
        if pk not in taken
    ]
    return _made(rows, {pk: one.customer for pk, one in new.items()}, by=by, at=at)


def _is(row: Proposal, one: Proposed) -> bool:
    """Whether the model would propose the same again, for what still stands."""
    same = (row.grade, row.limit) == (one.grade, one.limit)
    return same and (row.grade_was, row.limit_was) == (one.customer.grade, one.standing.limit)


def _row(
    customer: Customer,
    standing: Exposure,
    score: Score,
    spec: ProposalSpec,
    *,
    by: Actor,
    at: datetime,
    decided: Mapping[str, Any] | None = None,
) -> Proposal:
    return Proposal(
        customer_id=customer.pk,
        currency=standing.currency,
        grade_was=customer.grade,
        grade=spec.grade or customer.grade,
        limit_was=standing.limit,
        limit=standing.limit if spec.limit is None else spec.limit,
        score=score.points,
        inputs=score.as_dict(),
        decided=decided,
        reason=spec.reason.strip(),
        proposed_by_id=by.id,
        proposed_by=by.name,
        proposed_at=at,
    )


def _made(rows: list[Proposal], people: Mapping[int, Customer], *, by: Actor, at: datetime) -> list[Proposal]:
    done = Proposal.objects.bulk_create(rows)
    record([happening("proposal.create", row, **_said(row)) for row in done], by=by, at=at)
    tasks.open_for(done, people, at=at)
    return done


def _said(row: Proposal) -> dict[str, Any]:
    pairs = {"grade": [row.grade_was, row.grade], "limit": [plain(row.limit_was), plain(row.limit)]}
    said = {"changes": {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}, "score": row.score}
    return said | ({"reason": row.reason} if row.reason else {}) | ({"decided": [row.decided]} if row.decided else {})


@action(PROPOSAL["approve"].permission)
def approve_proposals(
    ids: Collection[int], remark: str = "", *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Proposal]:
    """Set the grade and the limit as proposed; never by who proposed (four eyes).

    Refused: one whose grade or limit is another by now, and whatever would refuse the limit or the grade themselves.
    """
    batch = _batch(ids, "approve", remark, by, versions)
    accounts = steps.accounts({row.customer_id for row in batch})
    batch.refuse_if(lambda row: _why_outdated(row, accounts[row.customer_id]))
    limits = {row.pk: LimitSpec(row.customer_id, row.limit, _reason(row, remark), row.currency) for row in batch}
    batch.refuse_if(lambda row: [replace(why, id=row.pk) for why in rules.why_not_set(limits[row.pk], None)])
    able = replace(by, permissions=by.permissions | {"credit.set_limit", "customers.edit_customer"}, reach="all")
    _whole(set_limits([limits[row.pk] for row in batch if row.limit != row.limit_was], by=able, at=at))
    graded = [row for row in batch if row.grade != row.grade_was]
    grades = {row.customer_id: {"grade": row.grade} for row in graded}
    _whole(edit_customers(grades, by=able, at=at, versions={r.customer_id: r.customer.version for r in graded}))
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by=by.name, remark=remark.strip())
    tasks.close(Proposal, batch.ids, by=by, at=at)
    return outcome


def _whole(outcome: Outcome[Any]) -> None:
    """A grade without its limit would be half a decision: all or nothing."""
    if outcome.refused:
        raise Refused(*outcome.refused)


def _why_outdated(row: Proposal, account: CreditAccount) -> Refusal | None:
    if (row.grade_was, row.limit_was) == (row.customer.grade, account.limit) and row.currency == account.currency:
        return None
    return reasons.PROPOSAL_OUTDATED(
        row.pk, grade=row.customer.grade, limit=f"{account.limit:.2f}", currency=account.currency
    )


def _reason(row: Proposal, remark: str) -> str:
    """Why the limit changes, as the history of limits keeps it."""
    given = row.reason or f"信用评分 {row.score}，模型提议 / proposed by the model, score {row.score}"
    return "；".join(filter(None, (given, remark.strip())))[:200]


@action(PROPOSAL["reject"].permission)
def reject_proposals(
    ids: Collection[int], remark: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Proposal]:
    """Say no, and why; never by who proposed: who proposed may withdraw."""
    batch = _batch(ids, "reject", remark, by, versions)
    batch.refuse_if(lambda row: None if remark.strip() else reasons.NO_REMARK(row.pk, where="remark"))
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by=by.name, remark=remark.strip())
    tasks.close(Proposal, batch.ids, by=by, at=at)
    return outcome


@action(PROPOSAL["withdraw"].permission)
def withdraw_proposals(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Proposal]:
    """Nobody stands by these proposals any more."""
    outcome = Batch(queries.proposals(by), ids, PROPOSAL, "withdraw", versions=versions).commit(
        by=by, at=at, stamp="decided_at", decided_by=by.name
    )
    tasks.close(Proposal, [row.pk for row in outcome.done], by=by, at=at, outcome="dropped")
    return outcome


def _batch(ids: Collection[int], move: str, remark: str, by: Actor, versions: Versions) -> Batch[Proposal]:
    """Proposals a second person decides on."""
    batch = Batch(queries.proposals(by), ids, PROPOSAL, move, versions=versions)
    asked = queries.askers(batch)
    batch.refuse_if(
        lambda row: reasons.OWN_PROPOSAL(row.pk) if rules.same_person(asked[row.pk], row.proposed_by, by) else None
    )
    batch.refuse_if(lambda row: rules.why_bad_remark(row.pk, remark))
    for row in batch:
        batch.note(row.pk, **({"remark": remark.strip()} if remark.strip() else {}))
    return batch
