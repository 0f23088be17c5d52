"""Who is told when a step stays late: a decision table, every fitting row a level of escalation (R201)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shunda.accounts import queries as accounts
from shunda.policies.conditions import YES_OR_NO, Names
from shunda.policies.decisions import Edition
from shunda.policies.kinds import Invalid, Label, Number, Verbatim, Whole
from shunda.policies.tables import Fault, Input, Output, Row, Table, declare
from shunda.work import reasons
from shunda.work.kinds import KINDS
from shunda.work.limits import Opened
from shunda.work.rules import Level

MOST_LEVELS = 9


@cache
def _titles() -> Mapping[str, tuple[str, str]]:
    """What the roles that come with Shunda are called: (Chinese, English)."""
    found: Mapping[str, tuple[str, str]] = import_string(settings.SHUNDA_ROLE_TITLES)
    return found


def role_title(code: str) -> str:
    """A role as people read it; one the company made by its code."""
    names = _titles().get(code)
    return names[0 if (get_language() or "").startswith("zh") else 1] if names else code


@dataclass(frozen=True, slots=True)
class RoleKind(Verbatim):
    """The code of a role; the name of one that comes with Shunda is understood too."""

    unit: Label = ""

    def parse(self, raw: object) -> str:
        """Refuses what cannot be a code; whether there is such a role says the check of the table."""
        text = str(raw).strip()
        if re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", text):
            return text
        for code, names in _titles().items():
            if text.casefold() in (name.casefold() for name in names):
                return code
        raise Invalid(reasons.NOT_A_ROLE, value=text[:40])

    def show(self, value: Any) -> str:
        """By its name."""
        return role_title(str(value))


def _unknown_roles(rows: Sequence[Row]) -> list[Fault]:
    """Rows that name a role this company does not have: one query."""
    known = accounts.role_titles().keys()
    named = [(index, row.then.get("role", "")) for index, row in enumerate(rows)]
    return [
        Fault(f"rows.{index}.role", reasons.UNKNOWN_ROLE, {"value": role})
        for index, role in named
        if role and role not in known
    ]


def _row(steps: str, level: int, hours: int, role: str) -> Row:
    return Row({"step": steps} if steps else {}, {"level": str(level), "hours": str(hours), "role": role})


SALES = (
    "import.enter, order.submit, order.revise, order.confirm, order.deliver, review.sales, change.frontline, "
    "change.sales, change.apply, change.tell, shipment.tell, shipment.call"
)
WAREHOUSE = "review.warehouse, change.warehouse, shipment.create, shipment.pick, shipment.pack, shipment.ship"
REST = (
    "review.finance, review.production, review.contract, review.management, change.finance, change.production, "
    "change.contract, change.management, change.rnd"
)

ESCALATION = declare(
    Table(
        "work.escalation",
        _("Escalation of late steps"),
        _("Asked when a step is late: every fitting row tells one more level."),
        (
            Input("step", _("step"), Names(tuple((kind.name, kind.label) for kind in KINDS.values()))),
            Input("urgent", _("urgent"), YES_OR_NO),
        ),
        (
            Output("level", _("level"), Whole(1, MOST_LEVELS)),
            Output("hours", _("hours late"), Number(unit=_("hours"))),
            Output("role", _("is told (role)"), RoleKind()),
        ),
        (
            _row(SALES, 1, 1, "sales_manager"),
            _row(WAREHOUSE, 1, 1, "warehouse_head"),
            _row(REST, 1, 1, "order_admin"),
            _row("", 2, 4, "vice_president"),
        ),
        hit="every",
        requirements=("R188", "R201"),
        subject_url="orders:detail",
        history=Opened(),
        told_by="step",
        check=_unknown_roles,
        otherwise=_("nobody else is told"),
    )
)


def levels(edition: Edition, kind: str, *, urgent: bool) -> list[Level]:
    """The levels of a step, lowest first; rows of one level are told together, at the earliest of their hours."""
    roles: defaultdict[int, list[str]] = defaultdict(list)
    late: dict[int, timedelta] = {}
    for row in edition.rule({"step": kind, "urgent": "yes" if urgent else "no"}).outcomes:
        number, span = row["level"], timedelta(minutes=int(row["hours"] * 60))
        roles[number].append(row["role"])
        late[number] = min(span, late.get(number, span))
    return [Level(number, late[number], tuple(roles[number])) for number in sorted(roles)]
