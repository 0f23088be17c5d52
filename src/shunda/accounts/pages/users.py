"""Administration of people."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.accounts import actions, queries
from shunda.accounts.models import Region, Role, User
from shunda.accounts.rules import is_above
from shunda.accounts.specs import UserEdit, UserSpec
from shunda.core.models import Event
from shunda.web import timeline
from shunda.web.forms import EditForm, Form
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, now, page, submit, versions

FIELDS = {
    "name": _("Full name"),
    "email": _("Email"),
    "phone": _("Phone"),
    "title": _("Job title"),
    "roles": _("Roles"),
    "regions": _("Regions"),
}


class UserFilter(Filter):
    """Finding people."""

    q = forms.CharField(
        label=_("Full name"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Full name")}),
    )
    role = forms.ModelChoiceField(
        label=_("Role"), queryset=Role.objects.order_by("pk"), required=False, empty_label=_("All roles")
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Active and inactive")), ("active", _("Active")), ("inactive", _("Inactive"))],
        required=False,
    )
    lookups: ClassVar = {"role": "roles"}

    def filter_q(self, rows: QuerySet[User], value: str) -> QuerySet[User]:
        """By name or user name."""
        return rows.filter(Q(name__icontains=value) | Q(username__icontains=value))

    def filter_state(self, rows: QuerySet[User], value: str) -> QuerySet[User]:
        """By whether they may sign in."""
        return rows.filter(is_active=value == "active")


class _Particulars(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=80)
    title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    email = forms.CharField(label=_("Email"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    role_ids = forms.TypedMultipleChoiceField(label=_("Roles"), coerce=int, widget=forms.CheckboxSelectMultiple)
    region_ids = forms.TypedMultipleChoiceField(
        label=_("Regions"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("For roles that see their own regions alone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.pk, role.title) for role in Role.objects.order_by("pk")]
        regions = [(region.pk, region.name) for region in Region.objects.filter(active=True).order_by("pk")]
        self.fields["role_ids"].choices = roles  # type: ignore[attr-defined]
        self.fields["region_ids"].choices = regions  # type: ignore[attr-defined]
        if not regions:
            del self.fields["region_ids"]


class UserForm(_Particulars, Form):
    """Giving a person access."""

    username = forms.CharField(label=_("User name"), max_length=60, help_text=_("What the person signs in with."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. The person changes it when signing in for the first time."),
        strip=False,
    )


class UserEditForm(_Particulars, EditForm):
    """Changing a person's particulars, roles and regions."""


class PasswordForm(Form):
    """A new password for somebody."""

    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())


@page("accounts.view_user")
def index(request: HttpRequest) -> HttpResponse:
    """Everybody who has or had access."""
    chosen = UserFilter(request)
    rows = chosen.apply(queries.users())
    context = {"page": Keyset(rows, request, order=["username"]), "filter": chosen}
    return render(request, "accounts/users.html", context)


@page("accounts.view_user")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: particulars, roles, tokens, what was changed when and by whom."""
    person = get_object_or_404(queries.users(), pk=pk)
    me = actor(request)
    events = Event.objects.filter(subject_kind="accounts.user", subject_id=pk).order_by("-id")[:30]
    context = {
        "person": person,
        "rights": queries.rights_of([pk])[pk],
        "tokens": queries.tokens_of(pk),
        "entries": timeline.lines(events, fields=FIELDS, values={"roles": queries.role_titles()}),
        "editable": me.may("accounts.edit_user") and not is_above(queries.rights_of([pk])[pk], me),
        "now": now(),
    }
    return render(request, "accounts/user.html", context)


@page("accounts.create_user")
def create(request: HttpRequest) -> HttpResponse:
    """Give somebody access."""
    form = UserForm(request.POST or None, initial={"language": settings.LANGUAGE_CODE})
    return submit(
        request,
        form,
        lambda: actions.create_users([UserSpec(**form.cleaned_data)], by=actor(request), at=now()),
        template="accounts/user_form.html",
        done=_("The person can sign in now."),
        to=_page_of,
        context={"cancel_url": reverse("accounts:users")},
    )


@page("accounts.edit_user")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person."""
    person = get_object_or_404(queries.users(), pk=pk)
    initial = {name: getattr(person, name) for name in ("name", "title", "email", "phone")}
    initial["role_ids"] = [role.pk for role in person.roles.all()]
    initial["region_ids"] = [region.pk for region in person.regions.all()]
    form = UserEditForm(request.POST or None, version=person.version, initial=initial)
    return submit(
        request,
        form,
        lambda: actions.edit_users(
            [UserEdit(pk, **form.values)], by=actor(request), at=now(), versions={pk: form.started_from}
        ),
        template="accounts/user_form.html",
        done=_("Saved."),
        to=_page_of,
        context={"person": person, "cancel_url": _page_of(person)},
    )


@page("accounts.edit_user")
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a new password for somebody who lost it."""
    person = get_object_or_404(queries.users(), pk=pk)
    form = PasswordForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.set_password(pk, form.cleaned_data["password"], by=actor(request), at=now()),
        template="accounts/password_form.html",
        done=_("The new password is set. It must be changed at the next sign-in."),
        to=_page_of,
        context={"person": person, "cancel_url": _page_of(person)},
    )


@page("accounts.edit_user", methods=["POST"])
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End a person's access."""
    return act(
        request,
        lambda: actions.deactivate([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The access has ended."),
        to=_page_of,
    )


@page("accounts.edit_user", methods=["POST"])
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person's access back."""
    return act(
        request,
        lambda: actions.reactivate([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The access is given back."),
        to=_page_of,
    )


@page("accounts.edit_user", methods=["POST"])
def revoke_token(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    """End somebody's token."""
    get_object_or_404(queries.tokens_of(pk), pk=token)
    return act(
        request,
        lambda: actions.revoke_tokens([token], by=actor(request), at=now()),
        done=_("The token is revoked."),
        to=reverse("accounts:user", args=[pk]),
    )


def _page_of(person: User) -> str:
    return reverse("accounts:user", args=[person.pk])
