"""Teams: who works together, where, on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.accounts import abilities, actions, queries, reasons
from shunda.accounts.actions.teams import MOST_CAPACITY
from shunda.accounts.models import Region, Team, User
from shunda.accounts.specs import MemberSpec, TeamEdit, TeamSpec
from shunda.web.forms import EditForm, Form, Together
from shunda.web.lines import lines_of
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit

ABILITIES = _("Product categories and order types, with commas between; empty: all.")


class AbilitiesField(forms.CharField):
    """Abilities as people read them, with commas between; its value is their names.

    ``said`` is what they are called, read once for all fields of a page.
    """

    said: Mapping[str, str] = {}  # nothing is called anything until it was read

    def clean(self, value: Any) -> Any:
        """Refuses what is none."""
        found, strange = abilities.read(super().clean(value) or "", self.said)
        if strange:
            raise forms.ValidationError(reasons.UNKNOWN_ABILITY(ability=", ".join(strange)[:80]).message)
        return found


class _Fields(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    region_ids = forms.TypedMultipleChoiceField(
        label=_("Territory"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None: everywhere."),
    )
    abilities = AbilitiesField(label=_("Abilities"), required=False, help_text=ABILITIES)

    def __init__(self, *args: Any, said: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["abilities"].said = said  # type: ignore[attr-defined]
        regions = [(region.pk, region.name) for region in Region.objects.filter(active=True).order_by("pk")]
        self.fields["region_ids"].choices = regions  # type: ignore[attr-defined]
        if not regions:
            del self.fields["region_ids"]


class TeamForm(_Fields, Form):
    """A new team."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Lower-case letters, digits, - and _."))
    field_order = ("code", "name", "name_en", "region_ids", "abilities")


class TeamEditForm(_Fields, EditForm):
    """A changed team."""

    active = forms.BooleanField(label=_("Active"), required=False, help_text=_("A closed team is given nothing more."))


class MemberLine(forms.Form):
    """Somebody in the team."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int)
    capacity = forms.IntegerField(label=_("Looks after at most"), required=False, min_value=1, max_value=MOST_CAPACITY)
    abilities = AbilitiesField(label=_("Own abilities"), required=False)

    def __init__(self, *args: Any, people: list[tuple[Any, Any]], said: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["abilities"].said = said  # type: ignore[attr-defined]
        self.fields["person"].choices = people  # type: ignore[attr-defined]  # read once for all lines


Members = lines_of(MemberLine, blank=2, most=500, least=0)


@page("accounts.view_team")
def index(request: HttpRequest) -> HttpResponse:
    """All teams."""
    found = Keyset(queries.teams(), request, order=["code"])
    labels = abilities.known()
    rows = [{"team": team, "abilities": abilities.shown(team.abilities, labels)} for team in found]
    return render(request, "accounts/teams.html", {"page": found, "rows": rows})


@page("accounts.create_team")
def create(request: HttpRequest) -> HttpResponse:
    """Make a team."""
    said = abilities.spoken() if request.POST else {}
    form, lines = TeamForm(request.POST or None, said=said), _members(request, None, said)
    return submit(
        request,
        Together(form, lines),
        lambda: actions.create_teams([TeamSpec(**_given(form), members=_specs(lines))], by=actor(request), at=now()),
        template="accounts/team_form.html",
        done=_("The team is made."),
        to=reverse("accounts:teams"),
        context={"form": form, "lines": lines, "cancel_url": reverse("accounts:teams")},
    )


@page("accounts.edit_team")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a team, its territory, abilities and people; close or reopen it."""
    team = get_object_or_404(queries.teams(), pk=pk)
    said = abilities.spoken() if request.POST else {}
    initial = {
        "name": team.name,
        "name_en": team.name_en,
        "active": team.active,
        "region_ids": [region.pk for region in team.regions.all()],
        "abilities": abilities.shown(team.abilities, abilities.known()),
    }
    form = TeamEditForm(request.POST or None, version=team.version, initial=initial, said=said)
    lines = _members(request, team, said)
    return submit(
        request,
        Together(form, lines),
        lambda: actions.edit_teams(
            [TeamEdit(pk, **_given(form), members=_specs(lines))],
            by=actor(request),
            at=now(),
            versions={pk: form.started_from},
        ),
        template="accounts/team_form.html",
        done=_("Saved."),
        to=reverse("accounts:teams"),
        context={"form": form, "lines": lines, "team": team, "cancel_url": reverse("accounts:teams")},
    )


def _members(request: HttpRequest, team: Team | None, said: Mapping[str, str]) -> Any:
    labels = abilities.known() if team else {}
    people = [("", "–"), *((user.pk, str(user)) for user in User.objects.filter(is_active=True).order_by("name", "pk"))]
    initial = [
        {"person": one.user_id, "capacity": one.capacity, "abilities": abilities.shown(one.abilities, labels)}
        for one in (team.members.all() if team else ())
    ]
    return Members(
        request.POST or None, prefix="members", initial=initial, form_kwargs={"people": people, "said": said}
    )


def _given(form: Any) -> dict[str, Any]:
    values = dict(form.values) if isinstance(form, EditForm) else dict(form.cleaned_data)
    return {"region_ids": (), **values}


def _specs(lines: Any) -> list[MemberSpec]:
    kept = [form for form in lines.forms if form not in lines.deleted_forms and form.cleaned_data.get("person")]
    return [MemberSpec(f.cleaned_data["person"], f.cleaned_data["capacity"], f.cleaned_data["abilities"]) for f in kept]
