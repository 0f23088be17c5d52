"""The books follow the shelf: adjustments and counts, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.money import plain
from shunda.core.refusal import Reason, Refusal
from shunda.inventory import reasons
from shunda.inventory.actions.documents import number, written
from shunda.inventory.actions.lines import Checked, check, why_long
from shunda.inventory.ledger import Movement, Posting, lock_balances, post
from shunda.inventory.models import Balance, MoveKind, StockMove
from shunda.inventory.queries import holders
from shunda.inventory.rules import Place
from shunda.inventory.specs import AdjustmentLine, CountLine

ORDERS_NAMED = 50
"""So many orders a refusal names; the stock page lists them all."""

A = TypeVar("A", AdjustmentLine, CountLine)
Either = Checked[AdjustmentLine] | Checked[CountLine]


@dataclass(frozen=True, slots=True)
class Change:
    """A line that changes stock on hand: the balance it changes, from how much, by how much."""

    checked: Either
    balance: Balance
    before: Decimal
    delta: Decimal

    @property
    def after(self) -> Decimal:
        """What is on hand then."""
        return self.before + self.delta

    def refuse(self, reason: Reason, **data: object) -> Refusal:
        """Refuse the line, naming SKU and warehouse."""
        return self.checked.refuse(reason, warehouse=self.checked.warehouse.name, where="quantity", **data)


@action("inventory.adjust_stock")
def adjust(lines: Sequence[AdjustmentLine], *, by: Actor, at: datetime, reference: str = "") -> Outcome[StockMove]:
    """Change stock on hand by so much (breakage, found goods), each line with its reason; lines add up.

    Numbered SA... unless ``reference`` says otherwise. Refuses what a receipt refuses, a change of 0, a missing
    reason, and less than is locked: the refusal's ``orders`` are the ids of the orders that hold it.
    """
    checked, refused = check(lines, _warehouse, _why_not_adjust)
    balances = _lock(checked)
    kept = _allowed(checked, balances, lambda c, _now: c.quantity, refused)
    return Outcome(written(_write(kept, "SA", "stock.adjust", reference, by=by, at=at)), refused)


@action("inventory.count_stock")
def count(lines: Sequence[CountLine], *, by: Actor, at: datetime, reference: str = "") -> Outcome[Balance]:
    """Enter what was counted; the difference is booked as an adjustment, none where the books were right.

    Numbered SC... unless ``reference`` says otherwise. Refuses what an adjustment refuses, a negative count, one
    place counted twice, and a count whose ``on_hand`` is not the figure of now: stock moved while counting.
    """
    checked, refused = check(lines, _warehouse, _why_not_count)
    checked = _once(checked, refused)
    balances = _lock(checked)
    checked = _fresh(checked, balances, refused)
    kept = _allowed(checked, balances, lambda c, now: c.quantity - now, refused)
    _write(kept, "SC", "stock.count", reference, by=by, at=at)
    for change in kept:
        change.balance.on_hand = change.after
    return Outcome([change.balance for change in kept], refused)


def place(c: Either) -> Place:
    """The SKU and warehouse a line is about."""
    return c.line.sku_id, c.line.warehouse_id


def _warehouse(line: AdjustmentLine | CountLine) -> Iterable[int]:
    return (line.warehouse_id,)


def _why_not_adjust(c: Checked[AdjustmentLine]) -> Iterable[Refusal]:
    if c.quantity == 0:
        yield c.refuse(reasons.NO_CHANGE, where="quantity")
    yield from _why_reason(c)


def _why_not_count(c: Checked[CountLine]) -> Iterable[Refusal]:
    if c.quantity < 0:
        yield c.refuse(reasons.NEGATIVE_COUNT, quantity=plain(c.line.quantity), where="quantity")
    yield from _why_reason(c)


def _why_reason(c: Either) -> Iterable[Refusal]:
    if not c.line.reason.strip():
        yield c.refuse(reasons.NO_REASON, where="reason")
    yield from why_long(c, "reason", _("reason"), c.line.reason, reasons.REASON_LENGTH)


def _once(checked: Sequence[Checked[CountLine]], refused: list[Refusal]) -> list[Checked[CountLine]]:
    seen: set[Place] = set()
    kept = []
    for c in checked:
        if place(c) in seen:
            refused.append(c.refuse(reasons.COUNTED_TWICE, warehouse=c.warehouse.name, where="sku_id"))
        else:
            kept.append(c)
        seen.add(place(c))
    return kept


def _lock(checked: Iterable[Checked[A]]) -> dict[Place, Balance]:
    return lock_balances((place(c) for c in checked), create=True)


def _fresh(
    checked: Iterable[Checked[CountLine]], balances: Mapping[Place, Balance], refused: list[Refusal]
) -> list[Checked[CountLine]]:
    """Counts of stock that did not move while it was counted."""
    kept = []
    for c in checked:
        now = balances[place(c)].on_hand
        if c.line.on_hand is not None and c.line.on_hand != now:
            stale = c.refuse(reasons.COUNT_STALE, yours=plain(c.line.on_hand), now=plain(now), where="quantity")
            refused.append(stale)
        else:
            kept.append(c)
    return kept


def _allowed(
    checked: Iterable[Checked[A]],
    balances: Mapping[Place, Balance],
    delta: Callable[[Checked[A], Decimal], Decimal],
    refused: list[Refusal],
) -> list[Change]:
    """The lines in their order, each on top of those before it; none may take what is locked or was never there."""
    now = {where: balance.on_hand for where, balance in balances.items()}
    kept: list[Change] = []
    blocked: list[Change] = []
    for c in checked:
        before = now[place(c)]
        change = Change(c, balances[place(c)], before, delta(c, before))
        if change.after < change.balance.reserved:
            blocked.append(change)
        else:
            kept.append(change)
            now[place(c)] = change.after
    refused += _why_blocked(blocked)
    return kept


def _why_blocked(blocked: Sequence[Change]) -> Iterable[Refusal]:
    """Less than nothing would be left, or less than is locked: then the orders that hold it are named."""
    held = holders(place(change.checked) for change in blocked if change.after >= 0)
    for change in blocked:
        if change.after < 0:
            yield change.refuse(
                reasons.NOT_ON_HAND, on_hand=plain(change.before), wanted=plain(-change.delta), orders=[]
            )
            continue
        orders = sorted({h.order_id for h in held.get(place(change.checked), []) if h.order_id})
        yield change.refuse(
            reasons.BELOW_LOCKED,
            on_hand=plain(change.after),
            locked=plain(change.balance.reserved),
            count=len(orders),
            orders=orders[:ORDERS_NAMED],
        )


def _write(changes: Sequence[Change], prefix: str, kind: str, reference: str, *, by: Actor, at: datetime) -> list[int]:
    posting = Posting(
        movements=[
            Movement(place(c.checked), MoveKind.ADJUSTMENT, c.delta, reason=c.checked.line.reason)
            for c in changes
            if c.delta
        ]
    )
    reference = number(prefix, at, reference, posting.movements)
    ids = post(posting, at=at, by=by, reference=reference)
    event.record((_happening(kind, c, reference) for c in changes), by=by, at=at)
    return ids


def _happening(kind: str, change: Change, reference: str) -> event.Happening:
    figures = [plain(change.before), plain(change.after)]
    reason = change.checked.line.reason
    return happening(kind, change.balance, changes={"on_hand": figures}, reference=reference, reason=reason)
