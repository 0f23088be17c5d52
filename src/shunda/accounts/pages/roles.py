"""Roles: who may do what, as a table and one by one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.accounts import actions, permissions, queries
from shunda.accounts.models import Reach, Role
from shunda.accounts.rules import EVERYTHING
from shunda.accounts.specs import RoleEdit, RoleSpec
from shunda.core.models import Event
from shunda.web import timeline
from shunda.web.forms import EditForm, Form
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit

FIELDS = {"name": _("Name"), "name_en": _("Name in English"), "reach": _("Sees")}


class _Rights(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach.choices, help_text=_("Whose customers and orders."))
    permissions = forms.MultipleChoiceField(label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = permissions.sections()
        names = [(one.name, one.label) for section in self.sections for one in section.permissions]
        self.fields["permissions"].choices = names  # type: ignore[attr-defined]


class RoleForm(_Rights, Form):
    """A new role."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Lower-case letters, digits, - and _."))


class RoleEditForm(_Rights, EditForm):
    """A changed role."""


@page("accounts.view_role")
def index(request: HttpRequest) -> HttpResponse:
    """All roles."""
    return render(
        request, "accounts/roles.html", {"page": Keyset(queries.roles(), request, order=["id"], per_page=100)}
    )


@page("accounts.view_role")
def matrix(request: HttpRequest) -> HttpResponse:
    """Every permission against every role."""
    roles = list(Role.objects.order_by("pk"))
    held = {role.pk: set(role.permissions) for role in roles}
    sections = [
        (
            section,
            [(one, [one.name in held[r.pk] or EVERYTHING in held[r.pk] for r in roles]) for one in section.permissions],
        )
        for section in permissions.sections()
    ]
    return render(request, "accounts/matrix.html", {"roles": roles, "sections": sections})


@page("accounts.view_role")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One role: what it may do, who has it, what was changed."""
    role = get_object_or_404(queries.roles(), pk=pk)
    events = Event.objects.filter(subject_kind="accounts.role", subject_id=pk).order_by("-id")[:30]
    context = {
        "role": role,
        "sections": permissions.sections(set(role.permissions) - {EVERYTHING}),
        "people": queries.users().filter(roles=role, is_active=True).order_by("username")[:100],
        "entries": timeline.lines(events, fields=FIELDS),
    }
    return render(request, "accounts/role.html", context)


@page("accounts.create_role")
def create(request: HttpRequest) -> HttpResponse:
    """Make a role."""
    form = RoleForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.create_roles([RoleSpec(**form.cleaned_data)], by=actor(request), at=now()),
        template="accounts/role_form.html",
        done=_("The role is made."),
        to=_page_of,
        context={"cancel_url": reverse("accounts:roles")},
    )


@page("accounts.edit_role")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a role."""
    role = get_object_or_404(Role, pk=pk)
    initial = {name: getattr(role, name) for name in ("name", "name_en", "reach", "permissions")}
    form = RoleEditForm(request.POST or None, version=role.version, initial=initial)
    return submit(
        request,
        form,
        lambda: actions.edit_roles(
            [RoleEdit(pk, **form.values)], by=actor(request), at=now(), versions={pk: form.started_from}
        ),
        template="accounts/role_form.html",
        done=_("Saved. It counts at once for everybody with this role."),
        to=_page_of,
        context={"role": role, "cancel_url": _page_of(role)},
    )


def _page_of(role: Role) -> str:
    return reverse("accounts:role", args=[role.pk])
