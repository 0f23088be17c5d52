"""The calendar: the week, the days of a year, single days, and whole years from a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refused
from shunda.policies import actions, days, queries
from shunda.policies.calendar_forms import DayForm, ImportForm, WeekForm, week_of
from shunda.policies.declared import SETTINGS
from shunda.policies.kinds import WEEKDAYS
from shunda.policies.models import SettingChange
from shunda.web.pages import actor, now, page, submit

VIEW, CHANGE = "policies.view_setting", "policies.change_setting"
HERE = "policies:calendar"


@page(VIEW, methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """This year's calendar."""
    return _year(request, localtime(now()).year)


@page(VIEW, methods=["GET"])
def year(request: HttpRequest, year: int) -> HttpResponse:
    """A year: its months, what is unusual in it, and whether it is known at all."""
    if not days.FIRST_YEAR <= year <= days.LAST_YEAR:
        raise Http404
    return _year(request, year)


def _spans(typed: str) -> list[str]:
    """Hours of a day, each to be read in one piece."""
    return [span.replace("-", "–") for span in typed.split(", ") if span]


def _year(request: HttpRequest, year: int) -> HttpResponse:
    decided = queries.values(*queries.CALENDAR)
    calendar = queries.calendar(decided)
    all_days = days.year_of(year, calendar, decided)
    week = week_of(decided)
    context = {
        "year": year,
        "announced": days.announced(year, decided),
        "entered": year in decided[days.EXTRA_YEARS],
        "known": all(day.works is not None for day in all_days),
        "months": days.months(all_days),
        "unusual": [day for day in all_days if day.unusual],
        "worked": sum(bool(day.works) for day in all_days),
        "weekdays": [(label, _short(str(label))) for label in WEEKDAYS],
        "week": [(label, _spans(week[f"day{number}"])) for number, label in enumerate(WEEKDAYS, 1)],
        "usual": _spans(week["usual"]),
        "zone": SETTINGS["calendar.zone"].kind.show(decided["calendar.zone"]),
        "holidays": SETTINGS["calendar.holidays"].kind.show(decided["calendar.holidays"]),
        "before": max(year - 1, days.FIRST_YEAR),
        "after": min(year + 1, days.LAST_YEAR),
        "may_change": actor(request).may(CHANGE),
        "moved": queries.moved(),
    }
    return render(request, "policies/calendar.html", context)


@page(CHANGE)
def change_day(request: HttpRequest) -> HttpResponse:
    """A day is entered otherwise, or taken back."""
    found = queries.current(*queries.CALENDAR)
    initial: dict[str, Any] = {"version": queries.newest(found)}
    given = days.day_of(request.GET.get("day", ""))
    if given:
        decided = {name: one.value for name, one in found.items()}
        [shown] = [one for one in days.year_of(given.year, queries.calendar(decided), decided) if one.day == given]
        initial |= {"day": given, "works": "off" if shown.works is False else "work", "name": shown.name}
    form = DayForm(request.POST or None, initial=initial)

    def run() -> Outcome[SettingChange]:
        said = form.cleaned_data
        removed = [] if said["works"] else [said["day"]]
        return actions.change_days(
            [] if removed else [form.spec],
            removed=removed,
            reason=said["reason"],
            version=said["version"],
            by=actor(request),
            at=now(),
        )

    return submit(
        request, form, run, template="policies/calendar_day.html", done=_("The calendar is changed."),
        to=lambda _change: _url(form.cleaned_data["day"]), context={"cancel_url": _url(given)},
    )  # fmt: skip


@page(CHANGE)
def change_week(request: HttpRequest) -> HttpResponse:
    """The hours of the week."""
    found = queries.current(*queries.CALENDAR)
    initial = {"version": queries.newest(found), **week_of({name: one.value for name, one in found.items()})}
    form = WeekForm(request.POST or None, initial=initial, holidays=SETTINGS["calendar.holidays"])
    return submit(
        request,
        form,
        lambda: actions.change_week(
            form.spec,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=actor(request),
            at=now(),
        ),
        template="policies/calendar_week.html",
        done=_("The calendar is changed."),
        to=reverse(HERE),
        context={"cancel_url": reverse(HERE)},
    )


@page(CHANGE)
def import_days(request: HttpRequest) -> HttpResponse:
    """Whole years, looked at row by row before they are taken over."""
    found = queries.current(*queries.CALENDAR)
    context: dict[str, Any] = {"cancel_url": reverse(HERE), "save_label": _("Take over")}
    form = ImportForm(request.POST or None, initial={"version": queries.newest(found)})
    if request.method == "POST":
        form = _previewed(request, context, {name: one.value for name, one in found.items()})
        if "check" in request.POST or context.get("wrong"):
            form.fields["reason"].required = False  # it is asked for when the days are taken over
            return render(request, "policies/calendar_import.html", {"form": form, **context}, status=context["status"])
    return submit(
        request,
        form,
        lambda: actions.import_days(
            form.specs(),
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
            by=actor(request),
            at=now(),
        ),
        template="policies/calendar_import.html",
        done=_("The calendar is changed."),
        to=lambda _change: _url(context["rows"][0]["day"]),
        context=context,
    )


def _previewed(request: HttpRequest, context: dict[str, Any], decided: dict[str, Any]) -> ImportForm:
    """What the rows would say; the form holds them as text, so that they can be corrected where they stand."""
    form = ImportForm(request.POST, request.FILES)
    try:
        specs = form.specs()
    except Refused as stopped:
        context |= {"wrong": True, "status": 422}
        form.is_valid()
        form.refuse(stopped.refusals)
        return form
    data = request.POST.copy()
    data["text"] = "\n".join(f"{spec.day}\t{spec.works}\t{spec.name}" for spec in specs)
    given = days.judged(specs)
    before = {
        one.day: one
        for year in {row.day.year for row in given if row.day}
        for one in days.year_of(year, queries.calendar(decided), decided)
    }
    rows = [{"given": row, "day": row.day, "before": before.get(row.day) if row.day else None} for row in given]
    wrong = sum(bool(row.refusals) for row in given)
    context |= {
        "rows": rows,
        "wrong": wrong,
        "status": 422 if wrong else 200,
        "years": sorted({d.year for d in before}),
    }
    return ImportForm(data)


def _short(weekday: str) -> str:
    """As calendars head their columns: 一, Mo."""
    return weekday[-1] if weekday.startswith(("星期", "周")) else weekday[:2]


def _url(day: date | None) -> str:
    return reverse("policies:calendar_year", args=[day.year]) if day else reverse(HERE)
