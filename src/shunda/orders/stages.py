"""Which stages people see of an order: a decision table (R153). What is hidden still happens, it is only not shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from shunda.orders import reasons as why
from shunda.orders.decisions import FACTS, Submitted, facts, region_codes
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import STEPPER, Stage
from shunda.policies.conditions import code_of
from shunda.policies.decisions import Ruling, in_force
from shunda.policies.kinds import Several
from shunda.policies.tables import Output, Table, declare

ALWAYS = {Stage.DRAFT, Stage.COMPLETED}
"""Where every order begins and ends."""


def _stage(code: str) -> str:
    stage = Stage(code_of(code, Stage.choices) or code)
    if stage not in STEPPER or stage in ALWAYS:
        raise ValueError(code)
    return str(stage)


stages = Several(_stage, why.NOT_STAGES, label=lambda code: str(Stage(code).label), empty=False)
"""Stages of the stepper, with commas between."""

STAGES = declare(
    Table(
        "orders.stages",
        _("Which stages are shown"),
        _("Asked when an order is shown. A stage the order is in is always shown."),
        FACTS,
        (Output("hidden", _("stages not shown"), stages),),
        (),
        requirements=("R153",),
        subject_url="orders:detail",
        history=Submitted(),
        otherwise=_("all stages are shown"),
    )
)


def ruled(order: Order, lines: Sequence[OrderLine], *, at: datetime) -> Ruling | None:
    """What the table says of an order (its customer at hand): one query where it has no rows, two at most."""
    edition = in_force(STAGES.name, at)
    if not edition.grid.rows:
        return None
    codes = region_codes([order.region_id]) if "region" in edition.grid.asked else {}
    made = any(line.made_to_order for line in lines)
    case = facts(order, order.customer, made_to_order=made, region=codes.get(order.region_id or 0, ""))
    return edition.rule(case)


def hidden(ruling: Ruling | None) -> frozenset[str]:
    """The stages not shown."""
    return frozenset(ruling.first["hidden"]) if ruling and ruling.first else frozenset()
