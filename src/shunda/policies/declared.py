"""Every setting there is: its name, kind, default, label and the requirement it comes from.

The defaults are the numbers of the requirements (section 18). A name is ``<folder that reads it>.<what>``; hours and
days are told by its end. What a company changed lies in ``SettingChange``; read values with ``queries.values``.
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shunda.policies.declared_calendar import CALENDAR
from shunda.policies.declared_credit import CREDIT
from shunda.policies.declared_portal import PORTAL
from shunda.policies.kinds import (
    Choice,
    Flag,
    Label,
    Number,
    Share,
    Text,
    TimeOfDay,
    Whole,
    endings,
    weekdays,
)
from shunda.policies.setting import Setting

GROUPS: dict[str, Label] = {
    "company": _("Our company, as documents name it"),
    "orders": _("Orders"),
    "limits": _("Time limits of the steps"),
    "calendar": _("Working hours and days"),
    "special": _("Special orders and deposits"),
    "planning": _("Demand planning"),
    "credit": _("Credit"),
    "assessments": _("Assessments"),
    "archive": _("Archive and reviews"),
    "files": _("Files"),
}

_HOURS, _DAYS = _("working hours"), _("days")


def _working(name: str, label: Label, hours: int, *rows: str) -> Setting:
    return Setting(f"work.{name}_hours", "limits", label, Number(most=Decimal(720), unit=_HOURS), Decimal(hours), rows)


def _clock(name: str, label: Label, hours: int, group: str, *rows: str) -> Setting:
    return Setting(f"{name}_hours", group, label, Number(most=Decimal(8784), unit=_("hours")), Decimal(hours), rows)


def _yuan(name: str, label: Label, amount: int, *rows: str) -> Setting:
    return Setting(
        f"assessments.{name}_amount",
        "assessments",
        label,
        Number(most=Decimal(100_000), unit=_("yuan")),
        Decimal(amount),
        rows,
    )


def _company(name: str, label: Label, default: str = "") -> Setting:
    return Setting(f"company.{name}", "company", label, Text(r".{0,120}", _("at most 120 characters")), default)


# the letterhead of every document, and the seller on an invoice
_COMPANY = (
    _company("name", _("Name on our business licence"), "顺达示例贸易有限公司"),
    _company("name_en", _("Our name in English"), "Shunda Sample Trading Co., Ltd."),
    _company("address", _("Our address")),
    _company("address_en", _("Our address in English")),
    _company("phone", _("Our phone")),
    _company("credit_code", _("Our unified social credit code")),
    _company("bank", _("Our bank")),
    _company("bank_account", _("Our bank account")),
)

_ORDERS = (
    Setting(
        "orders.number_prefix",
        "orders",
        _("Prefix of order numbers"),
        Text(r"[A-Z]{1,4}", _("one to four capital letters")),
        "SO",
        ("R019",),
    ),
    _clock("orders.free_change", _("Free change after payment"), 2, "orders", "R161"),
    Setting(
        "orders.change_priority",
        "orders",
        _("A changed order gets at least this priority"),
        Choice((("1", _("normal")), ("2", _("high")), ("3", _("top")))),
        "2",
        ("R162",),
    ),
    _clock("fulfilment.risk_warning", _("Delivery-risk warning ahead of the promised date"), 48, "orders", "R150"),
    Setting(
        "fulfilment.sign_when_delivered",
        "orders",
        _("A carrier's word that goods are delivered stands for the customer's signature"),
        Flag(),
        default=False,
        rows=("R142", "R143", "R198"),
    ),
    Setting("orders.most_lines", "orders", _("Most lines of an order"), Whole(1, 50_000), 5_000),
    Setting(
        "orders.most_quantity",
        "orders",
        _("Largest quantity of a line, in the article's own unit"),
        Whole(1, 1_000_000_000),
        1_000_000,
    ),
    Setting(
        "orders.duplicate_days",
        "orders",
        _("Same customer and lines are a suspected duplicate within"),
        Whole(0, 365, _DAYS),
        7,
        ("R034",),
    ),
    Setting(
        "orders.written_from_amount",
        "orders",
        _("Orders from this amount need the signed confirmation letter"),
        Number(most=Decimal(1_000_000_000), unit=_("yuan")),
        Decimal(500_000),
        ("R052",),
    ),
    Setting(
        "orders.load_capacity",
        "orders",
        _("Orders a person looks after at most, unless his team says otherwise"),
        Whole(1, 10_000, _("orders")),
        30,
        ("R112", "R114"),
    ),
    Setting(
        "orders.load_of_step",
        "orders",
        _("A step that waits for the salesperson himself weighs so much more, in orders"),
        Whole(0, 100),
        1,
        ("R112", "R114"),
    ),
    Setting(
        "orders.complex_lines", "orders", _("Many lines, as a sign of a complex order"), Whole(2, 50_000), 50, ("R052",)
    ),
    Setting(
        "orders.complex_signs",
        "orders",
        _(
            "An order is complex, and needs the signed confirmation letter, with so many of these signs: many lines,"
            " made to order, contract, terms of its own (5: never)"
        ),
        Whole(1, 5),
        2,
        ("R052",),
    ),
    Setting(
        "orders.review_own",
        "orders",
        _("People may review orders that are their own, or that they entered or changed"),
        Flag(),
        default=False,
        rows=("R060",),
    ),
)

_LIMITS = (
    Setting(
        "work.policy",
        "limits",
        _("Which time limits hold"),
        Choice((("stages", _("a limit for each step")), ("whole", _("one limit for entry to signature")))),
        "stages",
        ("R189", "R199"),
    ),
    _working("entry", _("Order entry"), 1, "R189"),
    _working("data_confirmed", _("Order data confirmed"), 3, "R190"),
    _working("review", _("Review"), 2, "R191"),
    _working("production_scheduled", _("Production scheduled"), 1, "R192"),
    _working("plan_approved", _("Production plan approved"), 3, "R193"),
    _working("inspection", _("Inspection"), 1, "R194"),
    _working("packing", _("Picking and packing"), 2, "R195"),
    _working("shipping", _("Shipping"), 3, "R196"),
    _working("entry_to_signature", _("Review, creation and signature (one limit)"), 4, "R199"),
    Setting(
        "work.ship_after_receipt_days",
        "limits",
        _("Shipping after receipt of the order (one limit)"),
        Whole(0, 365, _("working days")),
        3,
        ("R200",),
    ),
    _clock("work.tell_customer", _("Tell the customer after shipping"), 24, "limits", "R197"),
    _clock("work.answer_after_sales", _("Answer after-sales feedback"), 24, "limits", "R180"),
    _clock("work.call_after_delivery", _("Call the customer after delivery"), 24, "limits", "R186"),
    Setting(
        "work.warning",
        "limits",
        _("People are warned ahead of the limit by"),
        Choice((("share", _("a share of the limit")), ("minutes", _("minutes of its clock")))),
        "share",
        ("R201",),
    ),
    Setting("work.warning_share", "limits", _("Share of the limit that is left then"), Share(), Decimal("0.25")),
    Setting("work.warning_minutes", "limits", _("Minutes that are left then"), Whole(0, 10_000, _("minutes")), 30),
    _working("remind", _("A late step is brought to mind again every (0: never)"), 4, "R201"),
    Setting("work.remind_most", "limits", _("And at most so often"), Whole(0, 20, _("times")), 3),
)

_SPECIAL = (
    Setting(
        "orders.special_deposit_share", "special", _("Deposit of a special order"), Share(), Decimal("0.3"), ("R105",)
    ),
    Setting(
        "orders.cancel_deposit_share",
        "special",
        _("Share of the deposit kept when a special order is cancelled after its free window"),
        Share(),
        Decimal(0),
        ("R105", "R170"),
    ),
    Setting(
        "orders.pickup_days",
        "special",
        _("Pick-up after stock-in; later the deposit no longer offsets"),
        Whole(0, 365, _DAYS),
        7,
        ("R106",),
    ),
    Setting("orders.pickup_late_days", "special", _("Late pick-up ends"), Whole(0, 365, _DAYS), 15, ("R107", "R108")),
    Setting(
        "orders.pickup_late_share",
        "special",
        _("Share of the deposit deducted for late pick-up"),
        Share(),
        Decimal("0.1"),
        ("R107",),
    ),
    Setting(
        "orders.pickup_missed_share",
        "special",
        _("Share of the deposit deducted when late pick-up has ended"),
        Share(),
        Decimal("0.3"),
        ("R108",),
    ),
)

_PLANNING = (
    Setting("planning.deadline_day", "planning", _("Monthly plan due on day"), Whole(1, 28), 20, ("R083",)),
    Setting(
        "planning.ask_days",
        "planning",
        _("Regions are asked for it so many days ahead; 0: nobody is asked"),
        Whole(0, 20, _DAYS),
        5,
        ("R083", "R086"),
    ),
    Setting("planning.deadline_time", "planning", _("Monthly plan due at"), TimeOfDay(), time(15), ("R083",)),
    Setting(
        "planning.release_weekdays", "planning", _("Replenishment orders released on"), weekdays, (1, 4), ("R084",)
    ),
    Setting(
        "planning.release_after_holidays",
        "planning",
        _("A release day that is a holiday moves to the next working day"),
        Flag(),
        default=True,
        rows=("R084",),
    ),
    Setting(
        "planning.expected_sales_weeks",
        "planning",
        _("Weeks of expected sales in the control formulas"),
        Whole(1, 52, _("weeks")),
        1,
        ("R080", "R081"),
    ),
    Setting(
        "planning.stocking_months",
        "planning",
        _("Months of sales in the stocking model"),
        Whole(1, 60, _("months")),
        6,
        ("R098",),
    ),
    Setting(
        "planning.stocking_seasonal",
        "planning",
        _("The stocking model heeds the season"),
        Flag(),
        default=True,
        rows=("R098",),
    ),
)

_ASSESSMENTS = (
    _yuan("regional_manager", _("Regional manager: special order not picked up"), 200, "R108"),
    _yuan("plan_not_filed", _("Monthly plan not filed in time"), 100, "R083"),
    _yuan("clerk", _("Clerk: order missing in the production system"), 50, "R085"),
    Setting(
        "assessments.look_back_days",
        "assessments",
        _("Late steps and releases of so many past days become cases; 0: the system looks for none"),
        Whole(0, 92, _DAYS),
        7,
        ("R206",),
    ),
    Setting(
        "assessments.statement_days",
        "assessments",
        _("Time for the person's statement before a case is decided"),
        Whole(0, 30, _("working days")),
        3,
        ("R206", "R207"),
    ),
    Setting(
        "assessments.appeal_days",
        "assessments",
        _("Time for an appeal after a case is decided"),
        Whole(1, 60, _("working days")),
        5,
        ("R209",),
    ),
)

_ARCHIVE = (
    Setting("archive.keep_years", "archive", _("Documents are kept"), Whole(3, 100, _("years")), 3, ("R222",)),
    Setting(
        "archive.order_review",
        "archive",
        _("Order review meeting"),
        Choice((("weekly", _("weekly")), ("monthly", _("monthly")), ("quarterly", _("quarterly")))),
        "monthly",
        ("R211",),
    ),
    Setting(
        "archive.department_review",
        "archive",
        _("Review meeting across departments"),
        Choice((("weekly", _("weekly")), ("monthly", _("monthly")), ("quarterly", _("quarterly")))),
        "weekly",
        ("R212",),
    ),
)

_FILES = (
    Setting("files.most_megabytes", "files", _("Largest file"), Whole(1, 50, "MB"), 10, ("R029",)),
    Setting(
        "files.types",
        "files",
        _("Kinds of file that are kept"),
        endings,
        endings.parse("pdf,ofd,png,jpg,gif,webp,tif,heic,docx,xlsx,pptx,doc,xls,txt,csv,eml,xml,mp3,m4a,wav"),
        ("R029",),
    ),
)

SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        *_COMPANY,
        *_ORDERS,
        *_LIMITS,
        *CALENDAR,
        *_SPECIAL,
        *_PLANNING,
        *CREDIT,
        *PORTAL,
        *_ASSESSMENTS,
        *_ARCHIVE,
        *_FILES,
    )
}
