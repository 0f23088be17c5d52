"""Who may owe and owes how much, and what makes it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shunda.credit import actions, exposures, queries, scoring
from shunda.credit.forms import LimitForm, NewLimitForm
from shunda.credit.models import CreditAccount
from shunda.credit.pages.shown import shown
from shunda.customers import queries as customers
from shunda.customers.models import Customer, Grade
from shunda.web.columns import Column
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import actor, now, page, submit, versions
from shunda.web.subjects import numbers
from shunda.web.tables import Table

SHOWN = 10
VIEW, SET = "credit.view_exposure", "credit.set_limit"
ORDERS = {
    "used": ["-utilisation", "customer_id"],
    "exposure": ["-exposure", "customer_id"],
    "limit": ["-limit", "customer_id"],
}


class AccountFilter(Filter):
    """Filters of the accounts."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Customer")}))
    grade = forms.ChoiceField(label=_("Grade"), choices=[("", _("All grades")), *Grade.choices], required=False)
    over = forms.BooleanField(label=_("Over the limit"), required=False)
    lookups: ClassVar = {"grade": "customer__grade"}

    def filter_q(self, rows: QuerySet[CreditAccount], text: str) -> QuerySet[CreditAccount]:
        """By what the customer is found by."""
        return rows.filter(customer__in=customers.matching(text, Customer.objects.all()))

    def filter_over(self, rows: QuerySet[CreditAccount], _over: object) -> QuerySet[CreditAccount]:
        """More is used than may be."""
        return rows.filter(exposure__gt=F("limit") + F("raised"))


def _dress(rows: Iterable[Any]) -> None:
    """The bar beside the figures."""
    for row in rows:
        row.used = used(row)


def _url(account: CreditAccount) -> str:
    return reverse("credit:detail", args=[account.pk])


COLUMNS = (
    Column("customer", _("Customer"), "customer.name", url=_url, fixed=True),
    Column("code", _("Customer code"), "customer.code"),
    Column("grade", _("Grade"), "customer.grade"),
    Column("score", _("Score"), kind="number"),
    Column("limit", _("Limit"), kind="money", sort=("limit",)),
    Column("raised", _("Raised for some days"), kind="money", shown=False),
    Column("exposure", _("Used"), kind="money", sort=("exposure",)),
    Column("utilisation", _("Used of the limit"), kind="percent", cell="credit/bar.html", sort=("used",)),
    Column("ordered", _("To ship"), kind="money"),
    Column("shipped", _("To invoice"), kind="money"),
    Column("invoiced", _("To pay"), kind="money"),
)
ACCOUNTS = Table("credit:index", _("Credit"), VIEW, COLUMNS, queries.by_use, AccountFilter, ORDERS, dress=_dress)


@page(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """The customers on credit, the one whose limit is used most first."""
    return ACCOUNTS.page(request, "credit/list.html")


@page(VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's exposure and what makes it: each order in its buckets, the ledger, the limits there were."""
    customer = get_object_or_404(customers.seen_by(actor(request)).select_related("term"), pk=pk)
    moment = now()
    account = queries.exposure([pk], moment)[pk]
    made = exposures.sections(account, timezone.localdate(moment))
    ledger = Keyset(queries.entries(pk), request, order=["-id"], per_page=50)
    known = numbers(
        "orders.order", {row.order_id for one in made for row in one.rows} | {e.order_id or 0 for e in ledger}
    )
    context: dict[str, Any] = {
        "customer": customer,
        "account": account,
        "used": used(account),
        "score": shown(scoring.weigh({pk: account}, scoring.decided(), moment)[pk]),
        "sections": made,
        "raises": list(queries.raises(actor(request)).filter(customer=pk).order_by("-pk")[:SHOWN]),
        "proposals": list(queries.proposals(actor(request)).filter(customer=pk).order_by("-pk")[:SHOWN]),
        "page": ledger,
        "numbers": known,
        "changes": queries.limit_changes(pk),
        "reasons": REASONS,
    }
    return render(request, "credit/detail.html", context)


@page(VIEW, methods=["GET"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's exposure for other folders' pages."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=pk)
    account = queries.exposure([pk], now())[pk]
    return render(request, "credit/panel.html", {"customer": customer, "account": account, "used": used(account)})


@page(SET)
def set_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a customer's limit."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=pk)
    account = queries.exposure([pk], now())[pk]
    initial = {"limit": account.limit, "currency": account.currency}
    form = LimitForm(request.POST or None, version=max(account.version, 1), initial=initial)
    return submit(
        request,
        form,
        lambda: actions.set_limits(
            [form.spec(pk)], by=actor(request), at=now(), versions=versions(request, pk) or {pk: form.started_from}
        ),
        template="credit/limit.html",
        done=_("The limit is set."),
        to=_url,
        context={"customer": customer, "account": account, "cancel_url": reverse("credit:detail", args=[pk])},
    )


@page(SET)
def new_limit(request: HttpRequest) -> HttpResponse:
    """Give a customer credit."""
    form = NewLimitForm(request.POST or None, actor=actor(request))
    return submit(
        request,
        form,
        lambda: actions.set_limits([form.spec()], by=actor(request), at=now()),
        template="credit/limit.html",
        done=_("The limit is set."),
        to=_url,
        context={"cancel_url": reverse("credit:index")},
    )


def used(account: CreditAccount | queries.Exposure) -> int:
    """How much of the limit and its raises is used, in per cent; 100 for what is used without a limit."""
    if not account.exposure:
        return 0
    limit = account.limit + account.raised
    return int(account.exposure * 100 / limit) if limit > Decimal(0) else 100


REASONS = {
    "confirm": _("order confirmed"),
    "ship": _("shipped"),
    "reverse": _("shipment reversed"),
    "invoice": _("invoiced"),
    "pay": _("paid"),
    "unmatch": _("payment taken back"),
    "cancel": _("cancelled"),
    "credit": _("credited"),
}
"""The words of the ledger as people read them; another word is shown as it is."""
