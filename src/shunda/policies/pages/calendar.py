"""A calendar, the company's or a further one: the week, the days of a year, single days, whole years from a file."""

from __future__ import annotations

from dataclasses import dataclass
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
from shunda.policies.calendar_forms import DayForm, ImportForm, WeekForm, typed
from shunda.policies.declared import SETTINGS
from shunda.policies.hours import HOLIDAYS, OVER_HOLIDAYS
from shunda.policies.kinds import WEEKDAYS
from shunda.policies.models import SettingChange
from shunda.policies.named import Named
from shunda.web.forms import Form
from shunda.web.pages import actor, now, page, submit

VIEW, CHANGE = "policies.view_setting", "policies.change_setting"
HERE = "policies:calendar"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The calendar a page is about: the company's, or the further one the address names."""

    decided: dict[str, Any]
    version: int
    further: Named | None

    @property
    def code(self) -> str:
        """Of a further calendar; nothing is the company's."""
        return self.further.code if self.further else ""

    @property
    def start(self) -> dict[str, Any]:
        """What every form begins with."""
        return {"version": self.version, "calendar": self.code}

    @property
    def query(self) -> str:
        """What an address about it ends with."""
        return f"?calendar={self.code}" if self.code else ""

    def year(self, year: int) -> list[days.Day]:
        """Its days."""
        return days.year_of(year, queries.calendar(self.decided, self.code), self.decided, self.further)

    def url(self, day: date | None = None) -> str:
        """Its page, in the year of the day."""
        address = reverse("policies:calendar_year", args=[day.year]) if day else reverse(HERE)
        return f"{address}{self.query}"


def chosen(request: HttpRequest) -> Chosen:
    """What the address or the form names (``calendar``); a calendar that is not there is no page. One query."""
    code = request.POST.get("calendar") or request.GET.get("calendar") or ""
    found = queries.current(*queries.CALENDAR)
    decided = {name: one.value for name, one in found.items()}
    further = queries.further(decided, code) if code else None
    if code and further is None:
        raise Http404
    return Chosen(decided, queries.newest(found), further)


def kept(request: HttpRequest, form: Form) -> dict[str, Any]:
    """What every change of a calendar says: why, from which version, by whom and when."""
    said = form.cleaned_data
    return {"reason": said["reason"], "version": said["version"], "by": actor(request), "at": now()}


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


def _year(request: HttpRequest, year: int) -> HttpResponse:
    of = chosen(request)
    decided, further = of.decided, of.further
    all_days = of.year(year)
    week = days.week_of(decided, further)
    context = {
        "year": year,
        "of": of,
        "calendars": [one for one in decided["calendar.further"] if not one.retired or one == further],
        "retired": [one for one in decided["calendar.further"] if one.retired and one != further],
        "announced": days.announced(year, decided) and not (further and further.through),
        "known": all(day.works is not None for day in all_days),
        "months": days.months(all_days),
        "unusual": [day for day in all_days if day.unusual],
        "worked": sum(bool(day.works) for day in all_days),
        "weekdays": [(label, _short(str(label))) for label in WEEKDAYS],
        "week": [(label, days.shown(week.days[number])) for number, label in enumerate(WEEKDAYS, 1)],
        "usual": days.shown(week.usual),
        "zone": SETTINGS["calendar.zone"].kind.show(week.zone or decided["calendar.zone"]),
        "holidays": (OVER_HOLIDAYS if further else HOLIDAYS).show(week.holidays),
        "before": max(year - 1, days.FIRST_YEAR),
        "after": min(year + 1, days.LAST_YEAR),
        "may_change": actor(request).may(CHANGE) and not (further and further.retired),
        "may_keep": actor(request).may(CHANGE),
        "moved": queries.moved(),
    }
    return render(request, "policies/calendar.html", context)


@page(CHANGE)
def change_day(request: HttpRequest) -> HttpResponse:
    """A day is entered otherwise, or taken back."""
    of = chosen(request)
    initial = of.start
    given = days.day_of(request.GET.get("day", ""))
    if given:
        [shown] = [one for one in of.year(given.year) if one.day == given]
        initial |= {"day": given, "works": "off" if shown.works is False else "work", "name": shown.name}
    form = DayForm(request.POST or None, initial=initial)

    def run() -> Outcome[SettingChange]:
        said = form.cleaned_data
        removed = [] if said["works"] else [said["day"]]
        return actions.change_days(
            [] if removed else [form.spec],
            removed=removed,
            calendar=of.code,
            **kept(request, form),
        )

    return submit(
        request, form, run, template="policies/calendar_day.html", done=_("The calendar is changed."),
        to=lambda _change: of.url(form.cleaned_data["day"]), context={"cancel_url": of.url(given), "of": of},
    )  # fmt: skip


@page(CHANGE)
def change_week(request: HttpRequest) -> HttpResponse:
    """The hours of the week."""
    of = chosen(request)
    initial = {**of.start, **typed(days.week_of(of.decided, of.further))}
    form = WeekForm(request.POST or None, initial=initial, further=bool(of.further))
    return submit(
        request,
        form,
        lambda: actions.change_week(form.spec, calendar=of.code, **kept(request, form)),
        template="policies/calendar_week.html",
        done=_("The calendar is changed."),
        to=of.url(),
        context={"cancel_url": of.url(), "of": of},
    )


@page(CHANGE)
def import_days(request: HttpRequest) -> HttpResponse:
    """Whole years, looked at row by row before they are taken over."""
    of = chosen(request)
    context: dict[str, Any] = {"cancel_url": of.url(), "save_label": _("Take over"), "of": of}
    form = ImportForm(request.POST or None, initial=of.start)
    if request.method == "POST":
        form = _previewed(request, context, of)
        if "check" in request.POST or context.get("wrong"):
            form.fields["reason"].required = False  # it is asked for when the days are taken over
            return render(request, "policies/calendar_import.html", {"form": form, **context}, status=context["status"])
    return submit(
        request,
        form,
        lambda: actions.import_days(form.specs(), calendar=of.code, **kept(request, form)),
        template="policies/calendar_import.html",
        done=_("The calendar is changed."),
        to=lambda _change: of.url(context["rows"][0]["day"]),
        context=context,
    )


def _previewed(request: HttpRequest, context: dict[str, Any], of: Chosen) -> ImportForm:
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
    before = {one.day: one for year in {row.day.year for row in given if row.day} for one in of.year(year)}
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
