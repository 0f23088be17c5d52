"""The forms of the calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.policies import days
from shunda.policies.hours import HOLIDAYS, NAME_LENGTH, OVER_HOLIDAYS, ZONES
from shunda.policies.kinds import WEEKDAYS, hours_of_work
from shunda.policies.named import TITLE_LENGTH
from shunda.policies.specs import CalendarSpec, DaySpec, WeekSpec
from shunda.web.forms import DayField, Form


class _CalendarForm(Form):
    """Carries which calendar it changes, the version it started from, and why it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    calendar = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
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
    """The hours of the week, where they are meant, and which holidays are kept; of a further calendar (``further``)."""

    usual = forms.CharField(
        label=_("Usual hours, also of made-up days"), max_length=120, help_text=_("Such as 09:00-12:00, 13:00-18:00")
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    holidays = forms.ChoiceField(label=_("Public holidays and make-up days"), choices=HOLIDAYS.options)

    def __init__(self, *args: Any, further: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, label in enumerate(WEEKDAYS, 1):
            self.fields[f"day{number}"] = forms.CharField(label=str(label), max_length=120, required=False)
        if further:
            zones = [("", _("the company's")), *ZONES]
            holidays = self.fields["holidays"].label
            self.fields["holidays"] = forms.ChoiceField(label=holidays, choices=OVER_HOLIDAYS.options)
            self.fields["zone"] = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False)
        self.order_fields(["code", "name", "usual", *(f"day{n}" for n in range(1, 8)), "zone", "holidays", "reason"])

    @property
    def spec(self) -> WeekSpec:
        """The week as it is entered."""
        said = self.cleaned_data
        week = {number: said[f"day{number}"] for number in range(1, 8)}
        return WeekSpec(said["usual"], week, said["zone"], said["holidays"])


class AddForm(WeekForm):
    """A further calendar: what it is called, and its week."""

    code = forms.CharField(
        label=_("Code"), max_length=12, help_text=_("Capital letters and figures, such as WH-EAST; it stays for good.")
    )
    name = forms.CharField(label=_("Name"), max_length=TITLE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, further=True, **kwargs)

    @property
    def calendar_spec(self) -> CalendarSpec:
        """The calendar as it is entered."""
        return CalendarSpec(self.cleaned_data["code"], self.cleaned_data["name"], self.spec)


class RenameForm(_CalendarForm):
    """Another name."""

    name = forms.CharField(label=_("Name"), max_length=TITLE_LENGTH)
    field_order = ("name", "reason")


class RetireForm(_CalendarForm):
    """A calendar is retired, or used again: why."""


def typed(week: days.Week) -> dict[str, str]:
    """What a form of the week begins with."""
    hours = {f"day{day}": hours_of_work.edit(spans) for day, spans in week.days.items()}
    return {"usual": hours_of_work.edit(week.usual), "zone": week.zone, "holidays": week.holidays, **hours}
