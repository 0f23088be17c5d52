"""Changes for tests, made through the actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shunda.changes import actions
from shunda.changes.actions import SignSpec
from shunda.changes.models import Change, Voice
from shunda.changes.specs import ChangeSpec, LineEdit
from shunda.core.actor import Actor, system
from shunda.core.batch import Outcome
from shunda.files.specs import Upload
from shunda.orders.models import Order
from shunda.orders.specs import LineSpec
from shunda.orders.tests.builders import AT
from shunda.wiring.tables import CHECKS

SYSTEM = system()
PDF = Upload("agreement.pdf", b"%PDF-1.7\nsigned", 15)
FREE = AT + timedelta(hours=2)
LATE = FREE + timedelta(microseconds=1)
"""The last moment of the free window of an order confirmed at ``AT``, and the first one after it."""


def line(number: int, quantity: Any = None, **fields: Any) -> LineEdit:
    """A line as it shall be."""
    for name in {"unit_price", "discount_rate"} & fields.keys():
        fields[name] = Decimal(str(fields[name]))
    return LineEdit(number, None if quantity is None else Decimal(str(quantity)), **fields)


def new(sku: Any, quantity: Any, price: Any = None) -> LineSpec:
    """A line that is added."""
    return LineSpec(Decimal(str(quantity)), sku.pk, unit_price=None if price is None else Decimal(str(price)))


def spec(order: Order, *lines: LineEdit, added: Iterable[LineSpec] = (), **fields: Any) -> ChangeSpec:
    """How an order shall be different."""
    return ChangeSpec(order.pk, **{"reason": "customer called", **fields}, lines=lines, added=list(added))


def ask(order: Order, *lines: LineEdit, by: Actor = SYSTEM, at: Any = AT, **fields: Any) -> Outcome[Change]:
    """Ask for a change."""
    return actions.request([spec(order, *lines, **fields)], by=by, at=at)


def agree(change: Change, *, at: Any = AT, **more: Any) -> Change:
    """Everybody agrees, step after step."""
    while waiting := list(Voice.objects.filter(change=change, status="pending").values_list("pk", flat=True)):
        outcome = actions.agree(waiting, by=SYSTEM, at=at, **more)
        assert outcome.done, outcome.refused
    change.refresh_from_db()
    return change


def made_of(outcome: Outcome[Change], *, at: Any = AT) -> Change:
    """The one change asked for, agreed to by everybody, signed where it must be: made."""
    change = agree(outcome.one(), at=at)
    if change.needs_agreement:
        change = actions.sign([SignSpec(change.pk, PDF)], by=SYSTEM, at=at).one()
    assert change.status == "applied", change.blocked_by
    return change


def codes(outcome: Outcome[Any]) -> list[str]:
    """Why something was refused."""
    return [refusal.code for refusal in outcome.refused]


def differences() -> dict[str, list[str]]:
    """What ``verify`` finds."""
    return {name: found for name, check in CHECKS.items() if (found := list(check()))}
