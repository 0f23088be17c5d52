"""Regions: sales territories."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.accounts import actions, queries
from shunda.accounts.models import Region
from shunda.accounts.specs import RegionEdit, RegionSpec
from shunda.web.forms import EditForm, Form
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit


class RegionForm(Form):
    """A new region."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Lower-case letters, digits, - and _."))
    name = forms.CharField(label=_("Name"), max_length=80)


class RegionEditForm(EditForm):
    """A changed region."""

    name = forms.CharField(label=_("Name"), max_length=80)
    active = forms.BooleanField(label=_("Active"), required=False, help_text=_("A closed region is offered no more."))


@page("accounts.view_region")
def index(request: HttpRequest) -> HttpResponse:
    """All regions."""
    return render(request, "accounts/regions.html", {"page": Keyset(queries.regions(), request, order=["code"])})


@page("accounts.create_region")
def create(request: HttpRequest) -> HttpResponse:
    """Make a region."""
    form = RegionForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.create_regions([RegionSpec(**form.cleaned_data)], by=actor(request), at=now()),
        template="accounts/region_form.html",
        done=_("The region is made."),
        to=reverse("accounts:regions"),
        context={"cancel_url": reverse("accounts:regions")},
    )


@page("accounts.edit_region")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, close or reopen a region."""
    region = get_object_or_404(Region, pk=pk)
    form = RegionEditForm(
        request.POST or None, version=region.version, initial={"name": region.name, "active": region.active}
    )
    return submit(
        request,
        form,
        lambda: actions.edit_regions(
            [RegionEdit(pk, **form.values)], by=actor(request), at=now(), versions={pk: form.started_from}
        ),
        template="accounts/region_form.html",
        done=_("Saved."),
        to=reverse("accounts:regions"),
        context={"region": region, "cancel_url": reverse("accounts:regions")},
    )
