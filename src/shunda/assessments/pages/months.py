"""The months for HR: what is final and not on a sheet yet, closing a month, and the sheets as they stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from shunda.accounts import queries as accounts
from shunda.assessments import actions, queries
from shunda.assessments.forms import SheetFilter
from shunda.assessments.models import CURRENCY, Assessment, SheetRow
from shunda.assessments.rules import first_of, next_month
from shunda.assessments.states import AssessmentStatus
from shunda.core.actor import Actor
from shunda.web.columns import Column
from shunda.web.pages import act, actor, now, page
from shunda.web.tables import Table

CLOSE = "assessments.close_month"


def _cases_of(row: SheetRow) -> str:
    return f"{reverse('assessments:index')}?month={row.month_id:%Y-%m-%d}&q={row.person.username}"


COLUMNS = (
    Column("month", _("Month"), lambda row: f"{row.month_id:%Y-%m}", fixed=True),
    Column("person", _("Person"), "person.name"),
    Column("username", _("User name"), "person.username"),
    Column("title", _("Job title"), "person.title"),
    Column("cases", _("Cases"), kind="number", url=_cases_of),
    Column("warnings", _("Warnings"), kind="number"),
    Column("amounts", _("Cases with an amount"), kind="number"),
    Column("waived", _("Waived"), kind="number"),
    Column("total", _("Amount"), kind="money"),
)

TABLE = Table(
    "assessments:sheet",
    _("Monthly sheet"),
    queries.SHEET,
    COLUMNS,
    queries.sheet,
    SheetFilter,
    {"newest": ["-month_id", "id"], "oldest": ["month_id", "id"]},
)


@page(queries.SHEET, methods=["GET"])
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheets as HR gets them, person by person; taken out as Excel with a record of it."""
    return TABLE.page(request, "assessments/sheet.html")


@page(queries.SHEET, methods=["GET"])
def months(request: HttpRequest) -> HttpResponse:
    """The closed months, and what would be on the sheet of the month that can be closed next."""
    by = actor(request)
    today = localtime(now()).date()
    month = _next(today)
    final = Assessment.objects.filter(status=AssessmentStatus.FINAL, month__isnull=True, final_at__lt=now())
    rows = list(queries.sheet_rows(final))
    names = accounts.names([row["person_id"] for row in rows])
    context: dict[str, Any] = {
        "months": list(queries.months()[:60]),
        "month": month,
        "can_close": next_month(month) <= today,
        "may_close": by.may(CLOSE),
        "rows": [{**row, "person": names.get(row["person_id"], "")} for row in rows],
        "currency": CURRENCY,
        "may_see_cases": by.may(queries.VIEW),
    }
    return render(request, "assessments/months.html", context)


def _next(today: date) -> date:
    """The month to close next: the one after the last that is closed, else the last one that is over."""
    last = queries.last_closed()
    over = first_of(first_of(today) - timedelta(days=1))
    return max(next_month(last), over) if last else over


@page(CLOSE, methods=["POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close the month that was looked at."""
    month = parse_date(request.POST.get("month", "")) or first_of(localtime(now()).date())

    def to(_row: object) -> str:
        return reverse("assessments:sheet") + f"?month={month:%Y-%m-%d}"

    by: Actor = actor(request)
    return act(request, lambda: actions.close([month], by=by, at=now()), done=_("The month is closed."), to=to)
