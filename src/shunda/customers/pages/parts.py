"""Addresses, contacts and papers of a customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.customers import actions, queries
from shunda.customers.forms import AddressEditForm, AddressForm, AttachForm, ContactEditForm, ContactForm
from shunda.customers.models import Customer, CustomerAttachment
from shunda.customers.specs import AddressSpec, AttachmentSpec, ContactSpec
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.web.pages import act, actor, now, page, submit, ticked


def _customer(request: HttpRequest, pk: int) -> Customer:
    return get_object_or_404(queries.seen_by(actor(request)), pk=pk)


def _form(
    request: HttpRequest, customer: Customer, form: Any, run: Callable[[], Outcome[Any]], title: str | Promise
) -> HttpResponse:
    here = reverse("customers:detail", args=[customer.pk])
    return submit(
        request,
        form,
        run,
        template="customers/form.html",
        done=_("Saved."),
        to=here,
        context={"form": form, "title": title, "subject": customer, "cancel_url": here},
    )


@page("customers.edit_customer")
def address_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Another address."""
    customer, form = _customer(request, pk), AddressForm(request.POST or None)
    return _form(
        request,
        customer,
        form,
        lambda: actions.add_addresses([AddressSpec(customer_id=pk, **form.cleaned_data)], by=actor(request), at=now()),
        _("New address"),
    )


@page("customers.edit_customer")
def address_edit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Change or close an address, or make it the default."""
    customer, by = _customer(request, pk), actor(request)
    row = get_object_or_404(customer.addresses, pk=part)
    initial = AddressEditForm.initial_of(row)
    form = AddressEditForm(request.POST or None, version=customer.version, initial=initial, actor=by)
    return _form(
        request,
        customer,
        form,
        lambda: actions.edit_addresses({part: form.values}, by=by, at=now(), versions={pk: form.started_from}),
        _("Change address"),
    )


@page("customers.edit_customer")
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Another contact."""
    customer, form = _customer(request, pk), ContactForm(request.POST or None)
    return _form(
        request,
        customer,
        form,
        lambda: actions.add_contacts([ContactSpec(customer_id=pk, **form.cleaned_data)], by=actor(request), at=now()),
        _("New contact"),
    )


@page("customers.edit_customer")
def contact_edit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """Change or close a contact, or make it the default."""
    customer, by = _customer(request, pk), actor(request)
    row = get_object_or_404(customer.contacts, pk=part)
    initial = ContactEditForm.initial_of(row)
    form = ContactEditForm(request.POST or None, version=customer.version, initial=initial, actor=by)
    return _form(
        request,
        customer,
        form,
        lambda: actions.edit_contacts({part: form.values}, by=by, at=now(), versions={pk: form.started_from}),
        _("Change contact"),
    )


@page("customers.edit_customer")
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a paper with the customer."""
    customer, form = _customer(request, pk), AttachForm(request.POST or None, request.FILES or None)

    def run() -> Outcome[CustomerAttachment]:
        values = form.cleaned_data
        upload = Upload.of(values["file"], most_bytes())
        return actions.attach([AttachmentSpec(pk, upload, values["kind"], values["note"])], by=actor(request), at=now())

    return _form(request, customer, form, run, _("Attach a paper"))


@page("customers.view_customer", methods=["GET"])
def paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """A paper kept with the customer."""
    kept = CustomerAttachment.objects.select_related("file__content")
    return file_response(request, get_object_or_404(kept, pk=paper, customer=_customer(request, pk)).file)


@page("customers.edit_customer", methods=["POST"])
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper out of the file."""
    ids, _versions = ticked(request)
    return act(
        request,
        lambda: actions.detach(ids, by=actor(request), at=now()),
        done=_("The paper is no longer in the file."),
        to=reverse("customers:detail", args=[pk]),
    )
