"""Who authorises a change of a confirmed order, and which departments look at it: a decision table (R161-R168).

A change is asked part by part (what is changed), each part a case. Every row that fits counts: the highest authority
of all of them decides, and every department that any row names has its say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.orders import reasons as why
from shunda.orders.decisions import FACTS
from shunda.orders.models import Department
from shunda.policies.conditions import NO, YES, YES_OR_NO, Names, Numbers, code_of
from shunda.policies.decisions import Ruling, decide
from shunda.policies.kinds import Choice, Several
from shunda.policies.tables import Input, Output, Row, Table, declare


class Part(TextChoices):
    """What a change changes. An order line that is new or gone is a part of its own."""

    TRANSPORT = "transport", _("transport or packing")
    REFERENCE = "reference", _("customer's reference or note")
    GIFT = "gift", _("gift added")
    ADDRESS = "address", _("delivery address")
    QUANTITY = "quantity", _("quantity")
    ADDED = "added", _("article added")
    REMOVED = "removed", _("article removed")
    PRICE = "price", _("price or discount")
    DATE = "date", _("delivery date")
    PARAMETERS = "parameters", _("product configuration")
    CANCEL = "cancel", _("cancellation")


class Authority(TextChoices):
    """Who authorises, from the lowest to the highest."""

    NOBODY = "nobody", pgettext_lazy("authority", "nobody: it is free")
    FRONTLINE = "frontline", pgettext_lazy("authority", "front-line staff")
    SALES = "sales", pgettext_lazy("authority", "sales manager")
    MANAGEMENT = "management", pgettext_lazy("authority", "top management")


PERMISSIONS: dict[str, str] = {
    Authority.FRONTLINE: "orders.authorise_small_change",
    Authority.SALES: "orders.review_sales",
    Authority.MANAGEMENT: "orders.review_management",
}
"""What whoever authorises must hold; a free change takes no more than the right to ask for it."""
RANK = {str(authority): rank for rank, authority in enumerate(Authority)}


def _department(text: str) -> str:
    """By code or by name; sheets hold what people read."""
    return str(Department(code_of(text, Department.choices) or text))


departments = Several(_department, why.NOT_DEPARTMENTS, label=lambda code: str(Department(code).label))
"""Departments, with commas between."""

SMALL = f"{Part.TRANSPORT}, {Part.REFERENCE}"
GOODS = f"{Part.QUANTITY}, {Part.ADDED}, {Part.REMOVED}, {Part.CANCEL}"


def _row(authority: str, consulted: str = "", **when: str) -> Row:
    return Row({"free": NO, **when}, {"authority": authority, "departments": consulted})


CHANGE_AUTHORITY = declare(
    Table(
        "orders.change_authority",
        _("Who authorises a change"),
        _(
            "Asked for each part of a change. Every row that fits counts: the highest authority decides, and all"
            " departments named are asked."
        ),
        (
            Input("part", _("what is changed"), Names(Part.choices)),
            Input("free", _("within the free window and nothing shipped"), YES_OR_NO),
            Input("change", _("value of the change, either way"), Numbers(_("yuan"))),
            Input("shipped", _("something is shipped"), YES_OR_NO),
            Input("worse", _("costs more or comes later"), YES_OR_NO),
            Input("under_floor", _("a price falls under its floor"), YES_OR_NO),
            *FACTS,
        ),
        (
            Output("authority", _("authorised by"), Choice(tuple(Authority.choices))),
            Output("departments", _("departments asked"), departments, required=False),
        ),
        (
            Row({"free": YES}, {"authority": Authority.NOBODY}),
            Row({"under_floor": YES}, {"authority": Authority.SALES, "departments": Department.FINANCE}),
            _row(Authority.FRONTLINE, part=SMALL),
            _row(Authority.FRONTLINE, part=Part.GIFT, change="<= 100"),
            _row(Authority.SALES, part=Part.GIFT, change="> 100"),
            _row(Authority.SALES, Department.FINANCE, part=f"{Part.PRICE}, {GOODS}"),
            _row(Authority.SALES, Department.WAREHOUSE, part=f"{Part.DATE}, {Part.ADDRESS}, {GOODS}"),
            _row(
                Authority.SALES,
                Department.PRODUCTION,
                part=f"{Part.PARAMETERS}, {Part.DATE}, {GOODS}",
                made_to_order=YES,
            ),
            _row(Authority.SALES, part=Part.PARAMETERS, made_to_order=NO),
            _row(Authority.SALES, Department.CONTRACT, part=f"{Part.PRICE}, {Part.DATE}, {GOODS}", contract=YES),
            _row(Authority.MANAGEMENT, part=f"{Part.PRICE}, {GOODS}", important=YES),
        ),
        hit="every",
        requirements=("R044", "R053", "R058", "R161", "R163", "R166", "R167"),
        subject_url="orders:detail",
        told_by="part",
        otherwise=_("the sales manager decides"),
    )
)


@dataclass(frozen=True, slots=True)
class PartCase:
    """One part of a change of an order; ``order`` are the facts of ``decisions.facts``."""

    part: str
    order: dict[str, Any]
    change: Decimal = Decimal(0)
    free: bool = False
    shipped: bool = False
    worse: bool = False
    under_floor: bool = False

    def facts(self) -> dict[str, Any]:
        """As the table looks at it."""
        answers = {"free": self.free, "shipped": self.shipped, "worse": self.worse, "under_floor": self.under_floor}
        said = {name: YES if answer else NO for name, answer in answers.items()}
        return {**self.order, **said, "part": str(self.part), "change": abs(self.change)}


@dataclass(frozen=True, slots=True)
class Needed:
    """What a whole change takes: one authority, the departments asked, and the rulings that say why."""

    authority: str
    departments: tuple[str, ...]
    rulings: tuple[Ruling, ...]

    @property
    def permission(self) -> str | None:
        """What whoever authorises must hold; none for a free change."""
        return PERMISSIONS.get(self.authority)


def needed(cases: Iterable[PartCase], *, at: datetime) -> Needed:
    """What the parts of one change take together, by the table in force: one query. No part at all is free."""
    return combined(decide(CHANGE_AUTHORITY.name, [case.facts() for case in cases], at=at))


def combined(rulings: Sequence[Ruling]) -> Needed:
    """The highest authority of any row, and every department any row names, in their usual order."""
    authorities = [
        str(outcome["authority"])
        for ruling in rulings
        for outcome in (ruling.outcomes or ({"authority": Authority.SALES},))
    ]
    asked = {one for ruling in rulings for outcome in ruling.outcomes for one in outcome["departments"] or ()}
    return Needed(
        max(authorities, key=RANK.__getitem__, default=str(Authority.NOBODY)),
        tuple(str(department) for department in Department if department in asked),
        tuple(rulings),
    )
