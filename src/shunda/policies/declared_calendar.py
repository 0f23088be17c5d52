"""The settings of the calendars: the company's week, its days, and the further calendars beside it."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from shunda.policies.hours import HOLIDAYS, ZONES, hours_of_weekdays, named_days
from shunda.policies.kinds import Choice, hours_of_work, years
from shunda.policies.named import Calendars
from shunda.policies.setting import Setting

CALENDAR = (
    Setting(
        "calendar.working_hours",
        "calendar",
        _("Working hours"),
        hours_of_work,
        ((time(9), time(12)), (time(13), time(18))),
        ("R189",),
    ),
    Setting("calendar.weekdays", "calendar", _("Weekdays with other hours"), hours_of_weekdays, ()),
    Setting("calendar.zone", "calendar", _("Time zone"), Choice(ZONES), "Asia/Shanghai"),
    Setting(
        "calendar.holidays",
        "calendar",
        _("Public holidays and make-up days"),
        HOLIDAYS,
        "china",
    ),
    Setting(
        "calendar.extra_working_days", "calendar", _("Days worked although the calendar says free"), named_days, ()
    ),
    Setting("calendar.extra_free_days", "calendar", _("Days free although the calendar says worked"), named_days, ()),
    Setting("calendar.known_years", "calendar", _("Later years whose holidays are entered here"), years, ()),
    Setting(
        "calendar.further", "calendar", _("Further calendars"), Calendars(), (), ("R189",), page="policies:calendar"
    ),
)
