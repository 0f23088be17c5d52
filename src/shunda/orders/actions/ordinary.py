"""The ordinary way of placed orders: the same actions that people take, one after the other, for orders of any kind.

What is refused anywhere on the way undoes the attempt, which is made again without it: a refused order leaves nothing,
not even a gap in the numbers. Every attempt is for fewer orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from shunda.core.actor import Actor, system
from shunda.core.batch import Batch
from shunda.core.money import rounded
from shunda.core.refusal import Refusal, Refused
from shunda.credit.reasons import OVER_LIMIT
from shunda.inventory.reasons import SHORT
from shunda.orders import approval, checks, decisions, facts, rules, screening
from shunda.orders import reasons as why
from shunda.orders.actions.confirm import confirm
from shunda.orders.actions.create import draft
from shunda.orders.actions.submit import submit
from shunda.orders.approval import AUTO_APPROVE, CONFIRMERS
from shunda.orders.checks import CheckFacts, Finding
from shunda.orders.models import Order
from shunda.orders.quick import Moment
from shunda.orders.screening import SCREENING
from shunda.orders.specs import Placed, Placing
from shunda.orders.states import ORDER
from shunda.policies.decisions import Ruling

SHORTAGES = {why.SHORT.code, why.SHORT_NO_DATE.code}
REFUSE = {*SHORTAGES, OVER_LIMIT.code}
"""Findings the buyer has to know at once: a placed order is refused for them, nobody is asked."""
SETTLED = {*REFUSE, why.DATE_TIGHT.code}
"""Findings nobody has to look at: what they say is refused, or follows from it."""
SUBMIT = "orders.submit_order"


def place(calls: Sequence[tuple[int, Placing]], now: Moment) -> dict[int, Placed | Refused]:
    """Place these (index, call), each whole or refused with every reason."""
    left = dict(calls)
    refused: dict[int, Placed | Refused] = {}
    while left:
        attempt = _Attempt(left, now)
        try:
            with transaction.atomic():
                placed = attempt.run()
        except _Undo:
            refused |= {index: Refused(*reasons) for index, reasons in attempt.refused.items()}
            left = {index: call for index, call in left.items() if index not in refused}
        else:
            return {**refused, **placed}
    return refused


class _Undo(Exception):
    """Somebody is refused: roll back, nothing went wrong."""


@dataclass(slots=True)
class _Attempt:
    """One try to place all of these calls."""

    calls: Mapping[int, Placing]
    now: Moment
    refused: dict[int, list[Refusal]] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)  # by index of the call
    rulings: dict[int, tuple[Ruling, Ruling]] = field(default_factory=dict)  # approval and confirmation
    held: dict[int, Ruling] = field(default_factory=dict)  # what the screening holds

    @property
    def at(self) -> datetime:
        """When the calls are placed."""
        return self.now.at

    def run(self) -> dict[int, Placed]:
        """Everything, or ``_Undo`` when somebody is refused."""
        for by, members in self._by_actor(self.calls):
            outcome = draft([self.calls[index].spec for index in members], by=by, at=self.at)
            self._refuse((members[refusal.id or 0], refusal) for refusal in outcome.refused)
            kept = (index for index in members if index not in self.refused)
            self.orders |= dict(zip(kept, outcome.done, strict=True))
        known = facts.for_checks(list(self.orders.values()), self.at)
        found = {index: checks.findings(order, known) for index, order in self.orders.items()}
        self._rule(known)
        looks = {index: list(self._why_review(index, found[index])) for index, order in self.orders.items()}
        for index, order in self.orders.items():
            short = [finding for finding in found[index] if looks[index] and finding.code in REFUSE]
            self._refuse((index, refusal) for refusal in self._why_not(index, order, known, short))
        going = [index for index in self.orders if index not in self.refused]
        self._review([index for index in going if looks[index]])
        self._confirm([index for index in going if not looks[index]])
        if self.refused:
            raise _Undo
        return {index: _placed(order, looks[index]) for index, order in self._fresh().items()}

    def _by_actor(self, indexes: Iterator[int] | Mapping[int, Any] | Sequence[int]) -> list[tuple[Actor, list[int]]]:
        groups: defaultdict[Actor, list[int]] = defaultdict(list)
        for index in indexes:
            groups[self.calls[index].by].append(index)
        return list(groups.items())

    def _refuse(self, reasons: Iterator[tuple[int, Refusal]]) -> None:
        for index, refusal in reasons:
            self.refused.setdefault(index, []).append(replace(refusal, id=None))

    def _why_not(self, index: int, order: Order, known: CheckFacts, short: Sequence[Finding]) -> Iterator[Refusal]:
        """What nobody can submit, and, where people will look first, what is short even now."""
        yield from rules.why_not_submit(
            order,
            known.lines[order.pk],
            known.customers[order.customer_id],
            known.skus,
            known.today,
            may_override=self.calls[index].by.may(rules.OVERRIDE_FLOOR),
        )
        for finding in short:
            yield _as_refusal(finding, order, known)

    def _why_review(self, index: int, found: Sequence[Finding]) -> Iterator[Refusal]:
        """What a person has to look at before this order is approved."""
        call = self.calls[index]
        another = bool(call.key or call.spec.external_number)  # by its sender's word
        for finding in found:
            answered = finding.code in SETTLED or (another and finding.code == why.DUPLICATE.code)
            if finding.level != "ok" and not answered:
                yield Refusal(None, finding.code, finding.data)
        approve, confirm_ = self.rulings[index]
        yield from approval.why_people_review(self.now.tables[AUTO_APPROVE.name], approve)
        if other := why.OTHER_CONFIRMS.get(approval.confirmer(confirm_)):
            yield other()
        if index in self.held:
            yield from (why.SCREENED[str(outcome["hold"])]() for outcome in self.held[index].outcomes)

    def _rule(self, known: CheckFacts) -> None:
        """Ask the company's tables about every order."""
        cases = decisions.scored(list(self.orders.values()), known)
        approve, confirm_ = self.now.tables[AUTO_APPROVE.name], self.now.tables[CONFIRMERS.name]
        for index, order in self.orders.items():
            self.rulings[index] = approve.rule(cases[order.pk]), confirm_.rule(cases[order.pk])
        found = screening.screen(self.now.tables[SCREENING.name], list(self.orders.values()), cases)
        self.held = {index: found[order.pk] for index, order in self.orders.items() if order.pk in found}

    def _review(self, indexes: Sequence[int]) -> None:
        for by, members in self._by_actor(indexes):
            able = replace(by, permissions=by.permissions | {SUBMIT}, reach="all")
            submit([self.orders[index].pk for index in members], by=able, at=self.at, ask=False)

    def _confirm(self, indexes: Sequence[int]) -> None:
        """Submitted by who placed them, approved and confirmed by the system."""
        for by, members in self._by_actor(indexes):
            batch = Batch(Order.objects.all(), [self.orders[index].pk for index in members], ORDER, "submit")
            for order in batch:
                batch.note(order.pk, round=1, warnings=0)
            batch.commit(by=by, at=self.at, stamp="submitted_at", round=1, blocked_by=[])
        index_of = {self.orders[index].pk: index for index in indexes}
        batch = Batch(Order.objects.all(), index_of, ORDER, "approve")
        for order in batch:
            batch.note(order.pk, **approval.approval(self.rulings[index_of[order.pk]]))
        batch.commit(by=system(), at=self.at)
        outcome = confirm(index_of, by=system(), at=self.at)
        self._refuse((index_of[refusal.id or 0], refusal) for refusal in outcome.refused)

    def _fresh(self) -> dict[int, Order]:
        rows = Order.objects.in_bulk([order.pk for order in self.orders.values()])
        return {index: rows[order.pk] for index, order in self.orders.items()}


def _as_refusal(finding: Finding, order: Order, known: CheckFacts) -> Refusal:
    """A finding in the words of the folder that would refuse the order at confirmation."""
    if finding.code not in SHORTAGES:
        return Refusal(None, finding.code, finding.data)
    said = {name: finding.data[name] for name in ("sku", "warehouse", "wanted", "available")}
    lines = [line.line_no for line in known.lines[order.pk] if line.sku.code == said["sku"]]
    return SHORT(**said, lines=lines)


def _placed(order: Order, findings: Sequence[Refusal]) -> Placed:
    net, tax, gross = (rounded(amount, order.currency) for amount in (order.net, order.tax, order.gross))
    return Placed(order.pk, order.number, order.status, net, tax, gross, order.currency, findings=tuple(findings))
