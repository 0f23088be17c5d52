"""The forms of the calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.policies import days
from shunda.policies.hours import NAME_LENGTH, ZONES
from shunda.policies.kinds import WEEKDAYS, Choice, hours_of_work
from shunda.policies.setting import Setting
from shunda.policies.specs import DaySpec, WeekSpec
from shunda.web.forms import DayField, Form


class _CalendarForm(Form):
    """Carries the version of the calendar it started from, and why it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(label=_("Reason for the change"), max_length=200)


class DayForm(_CalendarForm):
    """One day is worked or free, or as it was announced."""

    day = DayField(label=_("Day"))
    works = forms.ChoiceField(
        label=_("This day is"),
        choices=[("off", _("free")), ("work", _("worked")), ("", _("as it was before the company entered it"))],
        required=False,
    )
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)
    field_order = ("day", "works", "name", "reason")

    @property
    def spec(self) -> DaySpec:
        """The day as it is entered."""
        said = self.cleaned_data
        return DaySpec(said["day"].isoformat(), said["works"], said["name"])


class ImportForm(_CalendarForm):
    """Days of whole years, from a file or pasted."""

    file = forms.FileField(label=_("File (Excel, or text with commas)"), required=False)
    text = forms.CharField(
        label=_("List of days"),
        widget=forms.Textarea(attrs={"rows": 10, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("A row for each day: date, off or work, name. Paste from a sheet, or choose a file above."),
        max_length=days.MOST_BYTES,
        required=False,
    )
    field_order = ("file", "text", "reason")

    def specs(self) -> list[DaySpec]:
        """The rows of the file, else of the text; raises ``Refused``."""
        file = self.files.get("file")
        return days.read(file.read()) if file else days.pasted(self.data.get("text", ""))


class WeekForm(_CalendarForm):
    """The hours of the week, where they are meant, and which holidays are kept."""

    usual = forms.CharField(
        label=_("Usual hours, also of made-up days"), max_length=120, help_text=_("Such as 09:00-12:00, 13:00-18:00")
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    holidays = forms.ChoiceField(label=_("Public holidays and make-up days"))

    def __init__(self, *args: Any, holidays: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, label in enumerate(WEEKDAYS, 1):
            self.fields[f"day{number}"] = forms.CharField(label=str(label), max_length=120, required=False)
        assert isinstance(holidays.kind, Choice)
        self.fields["holidays"] = forms.ChoiceField(label=str(holidays.label), choices=holidays.kind.options)
        self.order_fields(["usual", *(f"day{n}" for n in range(1, 8)), "zone", "holidays", "reason"])

    @property
    def spec(self) -> WeekSpec:
        """The week as it is entered."""
        said = self.cleaned_data
        week = {number: said[f"day{number}"] for number in range(1, 8)}
        return WeekSpec(said["usual"], week, said["zone"], said["holidays"])


def week_of(decided: dict[str, Any]) -> dict[str, str]:
    """What a form of the week begins with."""
    usual, own = decided["calendar.working_hours"], dict(decided["calendar.weekdays"])
    week = {n: own.get(n, usual if n < 6 else ()) for n in range(1, 8)}
    return {
        "usual": hours_of_work.edit(usual),
        "zone": decided["calendar.zone"],
        "holidays": decided["calendar.holidays"],
        **{f"day{n}": hours_of_work.edit(hours) for n, hours in week.items()},
    }
