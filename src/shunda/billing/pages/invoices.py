"""Invoices: drafted for what is shipped, issued, credited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries, rules
from shunda.billing.forms import CreditForm, DraftForm, IssueForm
from shunda.billing.models import CreditNote, Invoice
from shunda.billing.pages.columns import INVOICES
from shunda.billing.states import INVOICE, InvoiceStatus
from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.search import Matching
from shunda.customers.models import Customer
from shunda.orders import queries as orders
from shunda.orders.models import InvoiceKind
from shunda.pricing.rules import capitals
from shunda.web.listing import Filter, Keyset
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, now, page, submit, ticked, versions
from shunda.web.tables import Table


class InvoiceFilter(Filter):
    """Filters of the list."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Number, customer")})
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *InvoiceStatus.choices], required=False
    )
    unpaid = forms.BooleanField(label=_("Unpaid"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("kind"), choices=[("", _("All kinds")), *InvoiceKind.choices], required=False)
    lookups: ClassVar = {"customer": "customer__code__iexact"}
    bar: ClassVar[Sequence[str]] = ("q", "status", "unpaid")

    def filter_q(self, rows: QuerySet[Invoice], text: str) -> QuerySet[Invoice]:
        """By number or customer."""
        by_number = rows.filter(number__startswith=text.upper())
        by_customer = rows.filter(customer__in=Customer.objects.filter(search=Matching(text)).values("pk"))
        return by_number | by_customer

    def filter_unpaid(self, rows: QuerySet[Invoice], _value: bool) -> QuerySet[Invoice]:  # noqa: FBT001  # a form's value
        """Issued and still owed."""
        return rows.filter(queries.OPEN_INVOICE)

    def filter_overdue(self, rows: QuerySet[Invoice], _value: bool) -> QuerySet[Invoice]:  # noqa: FBT001  # a form's value
        """Still owed, and the day it was due is over."""
        return rows.filter(queries.OPEN_INVOICE, due_date__lt=localdate(now()))


def _numbers(ids: Any) -> dict[int, str]:
    return dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "number"))


def _rows(by: Actor) -> QuerySet[Invoice]:
    return queries.invoices_seen_by(by).select_related("order", "customer")


ORDER = {"newest": ["-id"], "oldest": ["id"]}

TABLE = Table("billing:invoices", _("Invoices"), "billing.view_invoice", INVOICES, _rows, InvoiceFilter, ORDER)


@page("billing.view_invoice")
def invoices(request: HttpRequest) -> HttpResponse:
    """Invoices, newest first."""
    return TABLE.page(request, "billing/invoices.html", {"tickable": True})


@page("billing.view_invoice")
def to_invoice(request: HttpRequest) -> HttpResponse:
    """Orders with goods shipped and not invoiced yet (R175)."""
    waiting = Keyset(queries.to_invoice(actor(request)), request, order=["id"])
    return render(request, "billing/to_invoice.html", {"page": waiting})


@page("billing.create_invoice", methods=["POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Draft invoices for the ticked orders."""
    ids, _seen = ticked(request)
    return act(
        request,
        lambda: actions.invoice(ids, by=actor(request), at=now()),
        done=_("Drafted."),
        to=lambda row: reverse("billing:invoice", args=[row.pk]) if len(ids) == 1 else reverse("billing:invoices"),
    )


@page("billing.issue_invoice", methods=["POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """Issue the ticked drafts, or the one a button belongs to."""
    ids, seen = _ids(request)
    return act(
        request,
        lambda: actions.issue(ids, by=actor(request), at=now(), versions=seen),
        done=_("Issued."),
        names=_numbers,
    )


@page("billing.cancel_invoice", methods=["POST"])
def cancel_draft(request: HttpRequest) -> HttpResponse:
    """Drop drafts."""
    ids, seen = _ids(request)
    return act(
        request,
        lambda: actions.cancel_draft(ids, by=actor(request), at=now(), versions=seen),
        done=_("Draft cancelled."),
        names=_numbers,
    )


def _ids(request: HttpRequest) -> tuple[list[int], dict[int, int]]:
    ids, seen = ticked(request)
    alone = request.GET.get("row", "")
    if not ids and alone.isdecimal():
        return [int(alone)], versions(request, int(alone)) or {}
    return ids, seen


@page("billing.view_invoice")
def invoice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice with its lines, what pays it and what was credited."""
    by = actor(request)
    row = get_object_or_404(queries.invoices_seen_by(by).select_related("order", "customer"), pk=pk)
    urls = {
        "issue": reverse("billing:issue_one", args=[pk]),
        "credit": reverse("billing:credit", args=[pk]),
        "cancel": f"{reverse('billing:cancel_draft')}?row={pk}",
    }
    whole = row.gross == row.credited
    context = {
        "invoice": row,
        "lines": queries.invoice_lines([row])[pk].values(),
        "open": row.gross - row.credited - row.paid if row.status == InvoiceStatus.ISSUED else 0,
        "capitals": capitals(row.gross, row.currency),
        "credits": CreditNote.objects.filter(invoice=row).order_by("pk"),
        "freight": row.freight_net + row.freight_tax,
        "payments": queries.paid_by(row),
        "masked": not by.may("customers.view_private"),
        "buttons": buttons(
            INVOICE,
            row,
            by,
            urls,
            asks={"credit", "issue"},
            why_not={"credit": _("Everything on it was credited already.")} if whole else {},
        ),
    }
    return render(request, "billing/invoice.html", context)


@page("billing.credit_invoice")
def credit_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an invoice, or quantities of its lines."""
    row = get_object_or_404(queries.invoices_seen_by(actor(request)), pk=pk)
    form = CreditForm(request.POST or None, invoice=row, lines=list(queries.invoice_lines([row])[pk].values()))
    here = reverse("billing:invoice", args=[pk])
    return submit(
        request,
        form,
        lambda: actions.credit([form.spec()], by=actor(request), at=now(), versions=versions(request, pk)),
        template="billing/credit.html",
        done=_("Credited."),
        to=here,
        context={"invoice": row, "cancel_url": here},
    )


@page("billing.issue_invoice")
def issue_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a draft, with the number of the tax authority if it is known."""
    row = get_object_or_404(queries.invoices_seen_by(actor(request)), pk=pk)
    form = IssueForm(request.POST or None)
    here = reverse("billing:invoice", args=[pk])

    def run() -> Outcome[Invoice]:
        numbers = {pk: form.cleaned_data["tax_number"]}
        return actions.issue([pk], tax_numbers=numbers, by=actor(request), at=now(), versions=versions(request, pk))

    context = {"title": _("Issue"), "about": row.number, "row": row, "cancel_url": here, "save_label": _("Issue")}
    return submit(request, form, run, template="billing/ask.html", done=_("Issued."), to=here, context=context)


@page("billing.create_invoice")
def draft_one(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Choose what of an order is invoiced now; all that is shipped and not invoiced is proposed."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=order_pk)
    lines = [line for line in orders.lines_by_id([order.pk])[order.pk].values() if rules.to_invoice(line)]
    form = DraftForm(request.POST or None, order=order, lines=lines)
    return submit(
        request,
        form,
        lambda: actions.invoice([form.spec()], by=by, at=now()),
        template="billing/draft.html",
        done=_("Drafted."),
        to=lambda row: reverse("billing:invoice", args=[row.pk]),
        context={"order": order, "cancel_url": reverse("orders:detail", args=[order.pk])},
    )
