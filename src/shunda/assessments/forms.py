"""Forms of cases, decisions, meetings and months, and the filters of their lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.accounts.models import User
from shunda.assessments import actions
from shunda.assessments.models import (
    REASON_LENGTH,
    STATEMENT_LENGTH,
    Assessment,
    AssessmentKind,
    Consequence,
    SheetRow,
    Verdict,
)
from shunda.assessments.specs import CaseSpec, RulingSpec
from shunda.assessments.states import AssessmentStatus, MeetingStatus
from shunda.core.refusal import Refusal
from shunda.web.forms import AmountField, DayField, Form, PickField
from shunda.web.listing import Filter

VERDICTS = [("", _("Choose")), *Verdict.choices]
PARTS = ("verdict", "consequence", "amount", "reason")
HELD = [(one.value, one.label) for one in (Consequence.WARNING, Consequence.AMOUNT)]


def _person(text: str) -> User | None:
    return User.objects.filter(username__iexact=text.strip(), is_active=True).first()


def person_field(**options: Any) -> PickField:
    """A colleague, typed by user name or chosen from suggestions."""
    return PickField(
        url_name="assessments:people", resolve=_person, code=lambda user: user.username, max_length=60, **options
    )


def _long(label: Any, most: int, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options)


class CaseForm(Form):
    """What went wrong, who answers for it, and what proves it."""

    kind = forms.ChoiceField(
        label=_("What went wrong"), choices=[(str(kind), AssessmentKind(kind).label) for kind in actions.BY_HAND]
    )
    person = person_field(label=_("Person answerable"))
    happened_on = DayField(label=_("Happened on"))
    number = forms.CharField(
        label=_("Number of the shipment or order"), max_length=30, required=False,
        help_text=_("What proves it: the shipment that was wrong, the order that was delayed."),
    )  # fmt: skip
    what = _long(_("What happened"), REASON_LENGTH)
    named = forms.CharField(
        label=_("Others who are named"), required=False, max_length=300,
        help_text=_("User names with commas between: witnesses, and who had the other half. They decide nothing here."),
    )  # fmt: skip
    serious = forms.BooleanField(label=_("Serious fault: a review meeting decides"), required=False)

    def clean_named(self) -> list[int]:
        """The people named."""
        names = [name.strip().lower() for name in self.cleaned_data["named"].replace("，", ",").split(",")]
        wanted = [name for name in names if name]
        found = {user.username.lower(): user.pk for user in User.objects.filter(username__in=wanted, is_active=True)}
        missing = [name for name in wanted if name not in found]
        if missing:
            raise forms.ValidationError(_("Nobody is called %(names)s."), params={"names": ", ".join(missing)})
        return [found[name] for name in wanted]

    def spec(self) -> CaseSpec:
        """As the action takes it."""
        typed = dict(self.cleaned_data)
        return CaseSpec(person_id=typed.pop("person").pk, **typed)


class PersonForm(Form):
    """Who answers for a case."""

    person = person_field(label=_("Person answerable"))


class TextForm(Form):
    """What the person says."""

    text = _long(pgettext_lazy("assessment", "In your own words"), STATEMENT_LENGTH, 8)


class ReasonForm(Form):
    """Why."""

    reason = _long(_("Reason"), REASON_LENGTH, 3)


class RulingForm(Form):
    """What is decided: upheld, reduced to what, or waived; and why."""

    verdict = forms.ChoiceField(label=_("Decision"), choices=VERDICTS)
    consequence = forms.ChoiceField(
        label=_("Reduced to"), choices=[("", "–"), *HELD], required=False,
        help_text=_("Only where it is reduced."),
    )  # fmt: skip
    amount = AmountField(label=_("Amount"), required=False, min_value=0)
    reason = _long(_("Reason"), REASON_LENGTH, 3)

    def spec(self, pk: int) -> RulingSpec:
        """As the action takes it."""
        return RulingSpec(pk, **{name: self.cleaned_data[name] for name in PARTS})


class MeetingForm(Form):
    """When a review meeting is, and who sits there."""

    topic = forms.CharField(label=_("Topic"), max_length=200)
    held_at = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    chair = person_field(label=pgettext_lazy("meeting", "Chair"))
    members = forms.CharField(
        label=pgettext_lazy("meeting", "Members"), max_length=500, help_text=_("User names with commas between.")
    )
    heard = forms.CharField(label=pgettext_lazy("meeting", "Heard, without a vote"), max_length=500, required=False)

    def __init__(self, *args: Any, cases: Sequence[Assessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(case.pk), f"{case.number} · {case.person} · {case.get_kind_display()}") for case in cases]
        self.fields["cases"] = forms.MultipleChoiceField(
            label=_("Cases"), choices=choices, widget=forms.CheckboxSelectMultiple
        )

    def clean(self) -> dict[str, Any]:
        """The people by their part; one name in two places is told so."""
        typed = super().clean() or {}
        people: dict[int, str] = {typed["chair"].pk: "chair"} if typed.get("chair") else {}
        for field, part in (("members", "member"), ("heard", "heard")):
            for person in self._people(field, typed.get(field, "")):
                if person in people:
                    self.add_error(field, _("Everybody has one part at the meeting."))
                people[person] = part
        return {**typed, "people": people}

    def _people(self, field: str, text: str) -> list[int]:
        wanted = [name.strip().lower() for name in text.replace("，", ",").split(",") if name.strip()]
        found = {user.username.lower(): user.pk for user in User.objects.filter(username__in=wanted, is_active=True)}
        if missing := [name for name in wanted if name not in found]:
            self.add_error(
                field, forms.ValidationError(_("Nobody is called %(names)s."), params={"names": ", ".join(missing)})
            )
        return [found[name] for name in wanted if name in found]

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """What is said about people stands beside the chair."""
        moved = [
            Refusal(one.id, one.code, {**one.data, "where": "members"}) if one.data.get("where") == "people" else one
            for one in refusals
        ]
        super().refuse(moved)


class ConclusionForm(Form):
    """What a meeting found and decided, case by case."""

    findings = _long(_("Findings"), 5000, 5)
    decision = _long(_("Decision"), 5000, 3)

    def __init__(self, *args: Any, cases: Sequence[Assessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = list(cases)
        for case in self.cases:
            name = f"{case.number} · {case.person}"
            verdict = forms.ChoiceField(label=_("Decision"), choices=VERDICTS)
            consequence = forms.ChoiceField(label=_("Consequence"), choices=[("", "–"), *HELD], required=False)
            amount = AmountField(label=_("Amount"), required=False, min_value=0)
            reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH)
            for part, field in zip(PARTS, (verdict, consequence, amount, reason), strict=True):
                field.label = f"{name}: {field.label}"
                self.fields[f"{part}_{case.pk}"] = field

    def rulings(self) -> list[RulingSpec]:
        """As the action takes them."""
        return [
            RulingSpec(case.pk, **{part: self.cleaned_data[f"{part}_{case.pk}"] for part in PARTS})
            for case in self.cases
        ]


class MinutesForm(Form):
    """The signed minutes."""

    file = forms.FileField(label=_("Minutes"))


class AssessmentFilter(Filter):
    """Filters of the list of cases."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Case, order or person")})
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *AssessmentStatus.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *AssessmentKind.choices], required=False)
    consequence = forms.ChoiceField(
        label=_("By the rules"), choices=[("", _("All")), *Consequence.choices], required=False
    )
    nobody = forms.BooleanField(label=_("Nobody named yet"), required=False)
    serious = forms.BooleanField(label=_("Serious fault"), required=False)
    since = DayField(label=_("Happened from"), required=False)
    until = DayField(label=_("Happened to"), required=False)
    month = DayField(label=_("On the sheet of"), required=False)
    lookups: ClassVar = {"since": "happened_on__gte", "until": "happened_on__lte"}
    bar: ClassVar[Sequence[str]] = ("q", "status", "kind")

    def filter_q(self, rows: QuerySet[Assessment], text: str) -> QuerySet[Assessment]:
        """By the beginning of the case's number, of the evidence's, or by the person."""
        text = text.strip()
        people = User.objects.filter(name__icontains=text) | User.objects.filter(username__istartswith=text)
        numbers = rows.filter(number__istartswith=text) | rows.filter(label__istartswith=text)
        return numbers | rows.filter(person__in=people.values("pk"))

    def filter_nobody(self, rows: QuerySet[Assessment], _set: bool) -> QuerySet[Assessment]:  # noqa: FBT001  # a form's
        """Of which nobody knows yet who answers for it."""
        return rows.filter(person__isnull=True)

    def filter_month(self, rows: QuerySet[Assessment], day: date) -> QuerySet[Assessment]:
        """Those HR got with the sheet of a month."""
        return rows.filter(month=day.replace(day=1))


class MeetingFilter(Filter):
    """Filters of the list of review meetings."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *MeetingStatus.choices], required=False
    )


class SheetFilter(Filter):
    """Filters of the sheets."""

    month = DayField(label=_("Month"), required=False)

    def filter_month(self, rows: QuerySet[SheetRow], day: date) -> QuerySet[SheetRow]:
        """Any day of the month."""
        return rows.filter(month__month=day.replace(day=1))


def today() -> date:
    """Where a new form starts; at the edge, as forms are."""
    from shunda.web.pages import now

    return localtime(now()).date()
