"""Payments: what came in, what it pays, matched in two clicks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries
from shunda.billing.forms import MatchForm, PaymentForm, ReasonForm
from shunda.billing.models import Allocation, Payment
from shunda.billing.pages.columns import PAYMENTS
from shunda.billing.specs import MatchSpec, PaymentSpec, UnmatchSpec
from shunda.billing.states import PaymentStatus
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.core.search import Matching
from shunda.customers.models import Customer
from shunda.orders.models import PaymentMethod
from shunda.web.formats import money
from shunda.web.forms import DayField
from shunda.web.listing import Filter, beginning_of, by_days
from shunda.web.pages import act, actor, now, page, submit, ticked, versions
from shunda.web.tables import Table
from shunda.web.timeline import Line, lines


class PaymentFilter(Filter):
    """Filters of the list."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Customer")}))
    open = forms.BooleanField(label=_("Not fully matched"), required=False)
    since = DayField(label=_("From"), required=False)
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)
    method = forms.ChoiceField(
        label=_("payment method"), choices=[("", _("All methods")), *PaymentMethod.choices], required=False
    )
    lookups: ClassVar = {"customer": "customer__code__iexact"}
    bar: ClassVar[Sequence[str]] = ("q", "open")

    def filter_q(self, rows: QuerySet[Payment], text: str) -> QuerySet[Payment]:
        """By the customer."""
        return rows.filter(customer__in=Customer.objects.filter(search=Matching(text)).values("pk"))

    def filter_open(self, rows: QuerySet[Payment], _value: bool) -> QuerySet[Payment]:  # noqa: FBT001  # a form's value
        """Of which something is left."""
        return rows.filter(status=PaymentStatus.RECORDED, matched__lt=F("amount"))

    def filter_since(self, rows: QuerySet[Payment], day: date) -> QuerySet[Payment]:
        """From the first moment of a day."""
        return rows.filter(received_at__gte=beginning_of(day))

    @property
    def sort(self) -> str:
        """Days are read in the order of days: their index ends where they end."""
        return by_days(super().sort) if self.has("since") else super().sort


def _numbers(ids: Iterable[int]) -> dict[int, str]:
    return dict(Payment.objects.filter(pk__in=ids).values_list("pk", "number"))


def _rows(by: Actor) -> QuerySet[Payment]:
    return queries.payments_seen_by(by).select_related("customer")


def _proposed(rows: Iterable[Payment]) -> None:
    """What each payment most likely pays, beside it."""
    found = list(rows)
    waiting = [row for row in found if row.status == PaymentStatus.RECORDED and row.matched < row.amount]
    proposals = queries.proposals(waiting)
    for row in found:
        row.proposal = proposals.get(row.pk, [])  # type: ignore[attr-defined]


ORDER = {
    "newest": ["-id"],
    "oldest": ["id"],
    "latest": ["-received_at", "-id"],
    "earliest": ["received_at", "id"],
}
"""What can be sorted by: each has its index."""

TABLE = Table(
    "billing:payments", _("Payments"), "billing.view_payment", PAYMENTS, _rows, PaymentFilter, ORDER, dress=_proposed
)


@page("billing.view_payment")
def payments(request: HttpRequest) -> HttpResponse:
    """Payments, each with what it most likely pays: tick and match."""
    return TABLE.page(request, "billing/payments.html", {"tickable": True})


@page("billing.create_payment")
def record(request: HttpRequest) -> HttpResponse:
    """Write down a payment."""
    by = actor(request)
    form = PaymentForm(request.POST or None, actor=by, initial={"received_on": localtime(now()).date()})

    def spec() -> PaymentSpec:
        typed = dict(form.cleaned_data)
        day = typed.pop("received_on")
        noon = datetime.combine(day, time(12), get_current_timezone())
        return PaymentSpec(customer_id=typed.pop("customer").pk, received_at=min(noon, now()), **typed)

    return submit(
        request,
        form,
        lambda: actions.record_payments([spec()], by=by, at=now()),
        template="billing/payment_form.html",
        done=_("Payment recorded."),
        to=lambda row: reverse("billing:payment", args=[row.pk]),
        context={"cancel_url": reverse("billing:payments")},
    )


@page("billing.view_payment")
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: what it pays, and what it could pay."""
    row = get_object_or_404(queries.payments_seen_by(actor(request)).select_related("customer"), pk=pk)
    allocations = Allocation.objects.filter(payment=row).select_related("order", "invoice", "deduction").order_by("pk")
    context = {
        "payment": row,
        "left": row.amount - row.matched,
        "allocations": allocations,
        "proposal": queries.proposals([row]).get(pk, []) if row.status == PaymentStatus.RECORDED else [],
        "timeline": _timeline(row),
    }
    return render(request, "billing/payment.html", context)


def _timeline(payment: Payment) -> list[Line]:
    """What happened to a payment; how much of it was matched is said as money."""
    events = list(Event.objects.filter(subject_kind="billing.payment", subject_id=payment.pk).order_by("-id")[:50])
    figures = {
        str(figure): money(Decimal(figure), payment.currency)
        for event in events
        for figure in event.data.get("changes", {}).get("matched", [])
    }
    return lines(events, fields={"matched": _("Matched")}, values={"matched": figures})


@page("billing.match_payment", methods=["POST"])
def match(request: HttpRequest) -> HttpResponse:
    """Match the ticked payments to what is proposed."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.match([MatchSpec(pk) for pk in ids], by=actor(request), at=now(), versions=seen),
        done=_("Matched."),
        names=_numbers,
    )


@page("billing.match_payment")
def match_by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Say to the coin what a payment pays."""
    by = actor(request)
    row = get_object_or_404(queries.payments_seen_by(by).select_related("customer"), pk=pk)
    form = MatchForm(request.POST or None, payment=row, items=queries.payables(row, by))
    here = reverse("billing:payment", args=[pk])
    return submit(
        request,
        form,
        lambda: actions.match([form.spec()], by=by, at=now(), versions=versions(request, pk)),
        template="billing/match.html",
        done=_("Matched."),
        to=here,
        context={"payment": row, "cancel_url": here},
    )


@page("billing.unmatch_payment", methods=["POST"])
def unmatch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a payment pays."""
    return act(
        request,
        lambda: actions.unmatch([UnmatchSpec(pk)], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The payment is free again."),
        names=_numbers,
    )


@page("billing.void_payment")
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment that was recorded by mistake."""
    row = get_object_or_404(queries.payments_seen_by(actor(request)), pk=pk)
    form = ReasonForm(request.POST or None)
    here = reverse("billing:payment", args=[pk])
    return submit(
        request,
        form,
        lambda: actions.void([pk], reason=form.cleaned_data["reason"], by=actor(request), at=now()),
        template="billing/ask.html",
        done=_("Voided."),
        to=here,
        context={"title": _("Void payment"), "about": row.number, "cancel_url": here, "save_label": _("Void")},
    )
