"""The pages of mappings: how files are read, mappings of one's own to make, change and remove."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.channels import mappings, queries
from shunda.channels.forms import MappingEditForm, MappingForm, initial_of
from shunda.channels.mapping import BUILT_IN, STANDARD
from shunda.channels.mappings import EDIT
from shunda.web.pages import act, actor, now, page, submit, versions

CREATE = "channels.create_import"


@page(CREATE, methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """How files can be read: what people made, and what comes with the product."""
    context = {"own": queries.own_mappings(), "built_in": BUILT_IN.values()}
    return render(request, "channels/mappings.html", context)


@page(EDIT)
def create(request: HttpRequest) -> HttpResponse:
    """A new mapping; it begins as a copy of the one named in the address, or of the standard."""
    known = {one.code: one for one in queries.mappings()}
    start = known.get(request.GET.get("from", ""), STANDARD)
    form = MappingForm(request.POST or None, initial=initial_of(replace(start, name="")))
    return submit(
        request,
        form,
        lambda: mappings.create_mappings([form.mapping(form.cleaned_data["code"])], by=actor(request), at=now()),
        template="channels/mapping_form.html",
        done=_("The mapping is there; files with these headings are recognised from now on."),
        to=reverse("channels:mappings"),
        context={"title": _("New mapping"), "cancel_url": reverse("channels:mappings")},
    )


@page(EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change headings and options of a mapping."""
    row = get_object_or_404(queries.own_mappings(), pk=pk)
    form = MappingEditForm(request.POST or None, version=row.version, initial=initial_of(mappings.of(row)))
    return submit(
        request,
        form,
        lambda: mappings.edit_mappings(
            {pk: form.mapping(row.code)}, by=actor(request), at=now(), versions={pk: form.started_from}
        ),
        template="channels/mapping_form.html",
        done=_("Saved."),
        to=reverse("channels:mappings"),
        context={"title": _("Change mapping"), "subject": row, "cancel_url": reverse("channels:mappings")},
    )


@page(EDIT, methods=["POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a mapping; what was read by it stays."""
    return act(
        request,
        lambda: mappings.remove_mappings([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The mapping is removed."),
        to=reverse("channels:mappings"),
    )
