"""Invoices: drafted for what is shipped, issued, credited."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries
from shunda.billing.forms import CreditForm
from shunda.billing.models import CreditNote, Invoice, InvoiceLine
from shunda.billing.specs import CreditSpec
from shunda.billing.states import INVOICE, InvoiceStatus
from shunda.core.search import Matching
from shunda.customers.models import Customer
from shunda.pricing.rules import capitals
from shunda.web.listing import Filter, Keyset
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, now, page, submit, ticked, versions


class InvoiceFilter(Filter):
    """Filters of the list."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Number, customer")})
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *InvoiceStatus.choices], required=False
    )
    unpaid = forms.BooleanField(label=_("Unpaid"), required=False)

    def filter_q(self, rows: QuerySet[Invoice], text: str) -> QuerySet[Invoice]:
        """By number or customer."""
        by_number = rows.filter(number__startswith=text.upper())
        by_customer = rows.filter(customer__in=Customer.objects.filter(search=Matching(text)).values("pk"))
        return by_number | by_customer

    def filter_unpaid(self, rows: QuerySet[Invoice], _value: bool) -> QuerySet[Invoice]:  # noqa: FBT001  # a form's value
        """Issued and still owed."""
        return rows.filter(queries.OPEN_INVOICE)


def _numbers(ids: Any) -> dict[int, str]:
    return dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "number"))


@page("billing.view_invoice")
def invoices(request: HttpRequest) -> HttpResponse:
    """Invoices, newest first."""
    chosen = InvoiceFilter(request)
    rows = chosen.apply(queries.invoices_seen_by(actor(request)).select_related("order", "customer"))
    return render(request, "billing/invoices.html", {"page": Keyset(rows, request), "filter": chosen})


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
    tax_number = request.POST.get("tax_number", "").strip()
    numbers = {ids[0]: tax_number} if len(ids) == 1 and tax_number else None
    return act(
        request,
        lambda: actions.issue(ids, by=actor(request), at=now(), tax_numbers=numbers, versions=seen),
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
        "issue": f"{reverse('billing:issue')}?row={pk}",
        "credit": reverse("billing:credit", args=[pk]),
        "cancel": f"{reverse('billing:cancel_draft')}?row={pk}",
    }
    whole = row.gross == row.credited
    context = {
        "invoice": row,
        "lines": queries.invoice_lines([pk])[pk].values(),
        "open": row.gross - row.credited - row.paid if row.status == InvoiceStatus.ISSUED else 0,
        "capitals": capitals(row.gross, row.currency),
        "credits": CreditNote.objects.filter(invoice=row).order_by("pk"),
        "payments": queries.allocated(invoice=row),
        "buttons": buttons(
            INVOICE,
            row,
            by,
            urls,
            asks={"credit"},
            why_not={"credit": _("Everything on it was credited already.")} if whole else {},
            confirm={"issue": _("Issue this invoice? It can only be credited afterwards.")},
        ),
    }
    return render(request, "billing/invoice.html", context)


@page("billing.credit_invoice")
def credit_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an invoice, or quantities of its lines."""
    row = get_object_or_404(queries.invoices_seen_by(actor(request)), pk=pk)
    lines = list(queries.invoice_lines([pk])[pk].values())
    form = CreditForm(request.POST or None)
    here = reverse("billing:invoice", args=[pk])

    def run() -> Any:
        typed = form.cleaned_data
        spec = CreditSpec(pk, typed["reason"], _quantities(request, lines), typed["freight"])
        return actions.credit([spec], by=actor(request), at=now(), versions=versions(request, pk))

    return submit(
        request,
        form,
        run,
        template="billing/credit.html",
        done=_("Credited."),
        to=here,
        context={"invoice": row, "lines": lines, "cancel_url": here},
    )


def _quantities(request: HttpRequest, lines: list[InvoiceLine]) -> dict[int, Decimal] | None:
    """What was typed beside the lines; nothing typed at all means the whole invoice."""
    typed = {line.pk: request.POST.get(f"line-{line.pk}", "").strip() for line in lines}
    found: dict[int, Decimal] = {}
    for pk, text in typed.items():
        try:
            if text:
                found[pk] = Decimal(text)
        except InvalidOperation:
            found[pk] = Decimal("NaN")
    return {pk: n if n.is_finite() else Decimal(-1) for pk, n in found.items()} or None
