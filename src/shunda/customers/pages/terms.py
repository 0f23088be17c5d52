"""Payment terms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.customers import actions, queries
from shunda.customers.forms import TermEditForm, TermForm
from shunda.customers.models import PaymentTerm
from shunda.customers.specs import TermSpec
from shunda.web.pages import actor, now, page, submit


@page("customers.view_customer", methods=["GET"])
def terms(request: HttpRequest) -> HttpResponse:
    """When customers pay."""
    context = {"terms": queries.terms(active=False), "may_edit": actor(request).may("customers.edit_term")}
    return render(request, "customers/terms.html", context)


@page("customers.edit_term")
def term_create(request: HttpRequest) -> HttpResponse:
    """A new payment term."""
    form = TermForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.create_terms([TermSpec(**form.cleaned_data)], by=actor(request), at=now()),
        template="customers/form.html",
        done=_("The payment term is there."),
        to=reverse("customers:terms"),
        context={"title": _("New payment term"), "cancel_url": reverse("customers:terms")},
    )


@page("customers.edit_term")
def term_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or close a payment term."""
    row = get_object_or_404(PaymentTerm, pk=pk)
    form = TermEditForm(request.POST or None, version=row.version, initial=TermEditForm.initial_of(row))
    return submit(
        request,
        form,
        lambda: actions.edit_terms({pk: form.values}, by=actor(request), at=now(), versions={pk: form.started_from}),
        template="customers/form.html",
        done=_("Saved."),
        to=reverse("customers:terms"),
        context={"title": _("Change payment term"), "subject": row, "cancel_url": reverse("customers:terms")},
    )
