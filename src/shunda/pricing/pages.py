"""Pages of price lists and prices, and why a price is what it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shunda.catalog.queries import matching
from shunda.catalog.rules import local
from shunda.core.batch import Outcome
from shunda.core.money import plain
from shunda.core.refusal import Refusal, Refused
from shunda.customers import queries as customers
from shunda.customers.models import Grade
from shunda.pricing import actions, queries, sheets
from shunda.pricing.forms import ListEditForm, ListForm, PriceEditForm, PriceForm, UploadForm, WhyForm
from shunda.pricing.models import Price, PriceList
from shunda.pricing.specs import PriceBook, PriceRow
from shunda.web.formats import cell
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, now, page, submit, ticked

VIEW, CREATE, EDIT = "pricing.view_pricelist", "pricing.create_pricelist", "pricing.edit_pricelist"
FAULTS_SHOWN = 500


class ListFilter(Filter):
    """Filters of the price lists."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Code, name or customer")}),
    )
    grade = forms.ChoiceField(label=_("Grade"), choices=[("", _("All grades")), *Grade.choices], required=False)
    state = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("All")), ("active", _("active")), ("inactive", _("switched off"))],
        required=False,
    )

    def filter_q(self, rows: QuerySet[PriceList], text: str) -> QuerySet[PriceList]:
        """By code, name or customer."""
        return rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(customer__name__icontains=text))

    def filter_state(self, rows: QuerySet[PriceList], state: str) -> QuerySet[PriceList]:
        """On or off."""
        return rows.filter(active=state == "active")


class PriceFilter(Filter):
    """Finds articles in a list."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("SKU, name, part number")}),
    )
    lookups: ClassVar = {}

    def filter_q(self, rows: QuerySet[Price], text: str) -> QuerySet[Price]:
        """By what the article is found by."""
        return rows.filter(sku__in=matching(text))


@page(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """The price lists a person may see."""
    chosen = ListFilter(request)
    rows = Keyset(chosen.apply(queries.lists(actor(request))), request, order={"newest": ["-id"], "code": ["code"]})
    return render(request, "pricing/list.html", {"page": rows, "filter": chosen, "today": timezone.localdate(now())})


@page(VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A list with its prices."""
    row = _list(request, pk)
    chosen = PriceFilter(request)
    prices = Keyset(chosen.apply(queries.prices(row)), request, order=["sku_id", "min_quantity"], per_page=100)
    for each in prices:  # in the language of the reader
        product = each.sku.product
        each.name = local(product.name, product.name_en)  # type: ignore[attr-defined]
        each.unit_label = local(product.unit.name, product.unit.name_en)  # type: ignore[attr-defined]
    context = {"row": row, "page": prices, "filter": chosen, "may_edit": actor(request).may(EDIT)}
    return render(request, "pricing/detail.html", context)


@page(CREATE)
def create(request: HttpRequest) -> HttpResponse:
    """A new list."""
    form = ListForm(request.POST or None, actor=actor(request), initial={"valid_from": timezone.localdate(now())})
    return submit(
        request,
        form,
        lambda: actions.create_lists([form.spec()], by=actor(request), at=now()),
        template="pricing/form.html",
        done=_("The price list is made. Now give it prices."),
        to=_url,
        context={"cancel_url": reverse("pricing:index")},
    )


@page(EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a list."""
    row = _list(request, pk)
    form = ListEditForm(request.POST or None, actor=actor(request), row=row)
    return submit(
        request,
        form,
        lambda: actions.edit_lists({pk: form.spec()}, by=actor(request), at=now(), versions={pk: form.started_from}),
        template="pricing/form.html",
        done=_("Saved."),
        to=_url,
        context={"row": row, "cancel_url": _url(row)},
    )


@page(EDIT)
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """One price: added, or changed when the list has one for this SKU and quantity; ``?price=`` fills it in."""
    row = _list(request, pk)
    wanted = request.GET.get("price", "")
    known = queries.prices(row).filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    form: PriceForm = PriceForm(request.POST or None)
    if known:
        initial = {"sku": known.sku, **{n: getattr(known, n) for n in ("unit_price", "min_quantity", "floor")}}
        form = PriceEditForm(request.POST or None, version=row.version, initial=initial)

    def run() -> Outcome[PriceList]:
        versions = {pk: form.started_from} if isinstance(form, PriceEditForm) else None
        return _set(request, pk, [form.row()], versions=versions)

    return submit(
        request,
        form,
        run,
        template="pricing/price.html",
        done=_("The price is in the list."),
        to=_url,
        context={"row": row, "cancel_url": _url(row)},
    )


@page(EDIT, methods=["POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticked prices out."""
    _list(request, pk)
    ids, _versions = ticked(request)
    return act(
        request,
        lambda: actions.remove_prices(pk, ids, by=actor(request), at=now()),
        done=_("The prices are out of the list."),
        to=_url,
    )


@page(EDIT)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Prices from a file or pasted: all of them, or every fault of every row at once and nothing changed."""
    row = _list(request, pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    faults: list[Refusal] = []

    def run() -> Outcome[PriceList]:
        outcome = _set(request, pk, _rows(form), replace=form.cleaned_data["replace"])
        faults.extend(r for r in outcome.refused if "row" in r.data)
        return Outcome(outcome.done, [r for r in outcome.refused if "row" not in r.data])

    context: dict[str, Any] = {"row": row, "cancel_url": _url(row), "faults": faults, "head": sheets.HEAD}
    return submit(
        request,
        form,
        run,
        template="pricing/upload.html",
        done=_("The prices are in the list."),
        to=_url,
        context=context,
    )


@page(VIEW, methods=["GET"])
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The prices as a CSV file that Excel opens and ``upload`` reads back."""
    row = _list(request, pk)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(sheets.HEAD)
    for each in queries.prices(row).order_by("sku__code", "min_quantity").iterator(2000):
        floor = "" if each.floor is None else plain(each.floor)
        write.writerow([cell(each.sku.code), plain(each.unit_price), plain(each.min_quantity), floor])
    actions.record_export(row, by=actor(request), at=now())
    name = f"prices-{row.pk}-{timezone.localdate(now())}.csv"
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@page(VIEW)
def why(request: HttpRequest) -> HttpResponse:
    """Why a customer pays this price: the answer, its reasons, and every price that was looked at."""
    asked = {"on": timezone.localdate(now()).isoformat(), "quantity": "1", "currency": "CNY"}
    data = asked | request.GET.dict() if request.GET else None
    form = WhyForm(data, initial={**asked, "includes_tax": True}, actor=actor(request))
    context: dict[str, Any] = {"form": form}
    if data is not None and form.is_valid():
        ask = _ask(form.cleaned_data)
        [answer] = queries.quote([ask])
        context |= {
            "ask": ask,
            "answer": answer,
            "sentences": queries.sentences(answer.reasons),
            "candidates": queries.explain(ask),
            "sku": form.cleaned_data["sku"],
            "customer": form.cleaned_data["customer"],
        }
    return render(request, "pricing/why.html", context)


@page(VIEW, methods=["GET"])
def of_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The price lists that count for a customer, for the page of the customer."""
    customer = get_object_or_404(customers.seen_by(actor(request)), pk=pk)
    rows = queries.lists(actor(request)).filter(queries.counts_for(customer)).order_by(*queries.PARTICULAR)
    context = {"customer": customer, "rows": rows, "today": timezone.localdate(now())}
    return render(request, "pricing/of_customer.html", context)


@page(VIEW, methods=["GET"])
def of_product(request: HttpRequest, pk: int) -> HttpResponse:
    """What a product costs by the lists in force, for the page of the product."""
    today = timezone.localdate(now())
    rows = queries.prices_of_product(actor(request), pk, today)
    return render(request, "pricing/of_product.html", {"rows": rows, "today": today})


def _ask(typed: dict[str, Any]) -> queries.Ask:
    return queries.Ask(
        typed["customer"].pk,
        typed["customer"].grade,
        typed["sku"].id,
        typed["quantity"],
        typed["on"],
        (typed["currency"] or "CNY").upper(),
        typed["includes_tax"],
        typed["sku"].tax_rate,
    )


def _rows(form: UploadForm) -> list[PriceRow]:
    sent = form.cleaned_data["file"]
    if sent:
        return sheets.read(sent.name, sent.read(sheets.MOST_BYTES + 1))
    return sheets.pasted(form.cleaned_data["text"])


def _set(
    request: HttpRequest,
    pk: int,
    rows: Iterable[PriceRow],
    *,
    replace: bool = False,
    versions: dict[int, int] | None = None,
) -> Outcome[PriceList]:
    book = PriceBook(pk, list(rows), replace)
    try:
        return actions.set_prices([book], by=actor(request), at=now(), versions=versions)
    except Refused as refused:
        return Outcome([], list(refused.refusals))


def _list(request: HttpRequest, pk: int) -> PriceList:
    return get_object_or_404(queries.lists(actor(request)), pk=pk)


def _url(row: PriceList) -> str:
    return reverse("pricing:detail", args=[row.pk])
