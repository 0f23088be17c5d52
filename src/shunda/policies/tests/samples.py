"""A decision table for tests: who looks at an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shunda.core.actor import Actor
from shunda.policies import actions
from shunda.policies.conditions import YES_OR_NO, Names, Numbers
from shunda.policies.kinds import Choice, Whole
from shunda.policies.models import TableVersion
from shunda.policies.specs import TableSpec
from shunda.policies.tables import Case, Input, Output, Row, Table

KINDS = Names((("standard", "Standard order"), ("sample", "Sample order")))
DESKS = Choice((("sales", "Sales"), ("boss", "Boss")))


class Past:
    """Ten orders, one a day before the last day asked for."""

    def count(self, since: datetime, until: datetime) -> int:
        """All within the days."""
        return sum(1 for _ in self.cases(since, until))

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """Of 1,000, 2,000 ... 10,000 yuan."""
        for n in range(1, 11):
            if since <= until - timedelta(days=n):
                yield Case(n, f"SO{n}", facts(amount=Decimal(n * 1000)))


def facts(amount: Any = 100, kind: str = "standard", region: str = "", special: str = "no") -> Mapping[str, Any]:
    """The facts of one case."""
    return {"amount": amount, "kind": kind, "region": region, "special": special}


def table(*rows: Row, hit: Any = "first") -> Table:
    """A table of these rows; without any, the boss looks at 5,000 and more."""
    return Table(
        "test.desk",
        "Desk",
        "Who looks at an order.",
        (
            Input("amount", "Amount", Numbers("yuan")),
            Input("kind", "Order type", KINDS),
            Input("region", "Region", Names()),
            Input("special", "Special", YES_OR_NO),
        ),
        (Output("desk", "Desk", DESKS), Output("hours", "Hours", Whole(1, 99), required=False)),
        rows or (Row({"amount": ">= 5000"}, {"desk": "boss"}), Row({}, {"desk": "sales"})),
        hit,
        history=Past(),
    )


WRITERS = frozenset({"policies.edit_table", "policies.propose_table", "policies.publish_table"})


JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
ANNA, BO = Actor(1, "Anna", WRITERS), Actor(2, "Bo", WRITERS)


def drafted(name: str, *rows: Mapping[str, Any], at: datetime = JANUARY) -> TableVersion:
    """A draft of a table with these rows."""
    draft = actions.draft_table([name], by=ANNA, at=at).one()
    return actions.edit_table([TableSpec(draft.pk, rows)], by=ANNA, at=at).one()


def published(name: str, *rows: Mapping[str, Any], at: datetime = JANUARY) -> TableVersion:
    """A version of a table with these rows, in force from then on."""
    draft = drafted(name, *rows, at=at)
    actions.propose_table([draft.pk], by=ANNA, at=at).one()
    return actions.publish_table([draft.pk], by=BO, at=at).one()
