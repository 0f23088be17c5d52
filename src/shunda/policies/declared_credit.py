"""The settings of credit: the score and what follows from it, temporary raises, proposals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from shunda.policies.kinds import Flag, Kind, Label, Number, Share, Whole
from shunda.policies.setting import Setting

_DAYS = _("days")


def _credit(name: str, label: Label, kind: Kind, default: Any, row: str = "R049") -> Setting:
    return Setting(f"credit.{name}", "credit", label, kind, default, (row,))


CREDIT = (
    _credit(
        "repayment_months", _("Months of repayment history in the release of credit"), Whole(1, 36, _("months")), 3
    ),
    _credit("heeds_present_debt", _("The release of credit heeds present debt"), Flag(), True),  # noqa: FBT003
    _credit("weight_repayment", _("Weight of repayment in the credit score"), Whole(0, 100), 40),
    _credit("weight_debt", _("Weight of present debt in the credit score"), Whole(0, 100), 20),
    _credit("weight_overdue", _("Weight of the overdue amount in the credit score"), Whole(0, 100), 20),
    _credit("weight_age", _("Weight of the oldest overdue day in the credit score"), Whole(0, 100), 20),
    _credit(
        "no_history_share",
        _("Share of the repayment points for customers who had nothing to pay yet"),
        Share(),
        Decimal("0.5"),
    ),
    _credit("overdue_share", _("So much of the limit overdue leaves no points"), Share(), Decimal("0.2")),
    _credit("overdue_days", _("So long overdue leaves no points"), Whole(1, 366, _DAYS), 60),
    _credit(
        "release_score", _("From this credit score on the system releases by itself; 0: always"), Whole(0, 100), 60
    ),
    _credit(
        "raise_alone_amount",
        _("Temporary raises up to this amount need no second person"),
        Number(most=Decimal(1_000_000_000), unit=_("yuan")),
        Decimal(10_000),
        "R051",
    ),
    _credit("raise_days", _("A temporary raise lasts at most"), Whole(1, 366, _DAYS), 90, "R051"),
    _credit(
        "propose_again_days",
        _("After a decision the system proposes nothing for the customer for"),
        Whole(0, 366, _DAYS),
        30,
        "R051",
    ),
)
