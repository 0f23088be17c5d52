"""What the entry page asks while somebody types: customer, prices and stock, checks, keeping; and the saving itself.

All answer JSON. One who is no longer signed in is answered 401, and the page keeps what was typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from shunda.catalog import queries as catalog
from shunda.core.actor import Actor
from shunda.core.refusal import STALE, Refused
from shunda.credit import queries as credit
from shunda.customers import queries as customers
from shunda.customers.models import Customer, TermKind
from shunda.customers.rules import sees_private
from shunda.orders import pasted, preview, queries, sheets, typed
from shunda.orders.forms import EditOrderForm, OrderForm
from shunda.orders.models import Order
from shunda.orders.pages import shown
from shunda.orders.sheets import Changes, Typed, Window
from shunda.web import formats
from shunda.web.pages import actor, now, page

ENTER = ("orders.create_order", "orders.edit_order")
SUGGESTED_FOR = 200
"""For so many unknown codes at once similar articles are looked up."""
EXPLAINED = 20
"""With so many lines at once the reasons of their prices come along; those of more are asked for one by one."""


def body_of(request: HttpRequest) -> dict[str, Any]:
    """What the page sent; anything but an object is an empty one."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def order_of(body: Mapping[str, Any], by: Actor) -> Order | None:
    """The draft that is being changed, none for a new one; 404 when it is outside what the person sees."""
    pk = body.get("order")
    if not isinstance(pk, int):
        return None
    return get_object_or_404(queries.rows(by), pk=pk)


@page(ENTER, methods=["GET"])
def customer(request: HttpRequest) -> HttpResponse:
    """What choosing a customer fills in: contact, address, term; where it stands, and its last orders."""
    by = actor(request)
    code = request.GET.get("code", "").strip()[:60]
    found = customers.seen_by(by).filter(code__iexact=code).select_related("term").first()
    if found is None:
        raise Http404
    private = sees_private(by)
    answer = {
        "code": found.code,
        "name": found.name,
        "term": str(found.term),
        "frozen": found.frozen_reason if found.frozen else "",
        "credit": _standing(found),
        "fields": _filed(found, private=private),
        "addresses": [
            _address(row, private=private) for row in customers.addresses_of(found.pk) if private or row.is_default
        ],
        "recent": [
            {
                "number": row.number,
                "url": reverse("orders:detail", args=[row.pk]),
                "gross": formats.money(row.gross, row.currency),
            }
            for row in queries.seen_by(by).filter(customer=found).order_by("-pk")[:3]
        ],
    }
    return JsonResponse(answer)


def _standing(customer: Customer) -> dict[str, str] | None:
    if customer.term.kind != TermKind.CREDIT:
        return None
    standing = credit.exposure([customer.pk])[customer.pk]
    figures = {"limit": standing.effective, "exposure": standing.exposure, "free": standing.free}
    return {name: formats.money(figure, customer.currency) for name, figure in figures.items()}


def _filed(customer: Customer, *, private: bool) -> dict[str, str]:
    """What stands in the customer's file; phones only for those who may see them, they are taken over all the same."""
    contact = customers.contacts_of(customer.pk).filter(is_default=True).first()
    phone = contact.phone if contact else customer.phone
    return {"contact_name": contact.name if contact else "", "contact_phone": phone if private else ""}


def _address(row: Any, *, private: bool) -> dict[str, Any]:
    parts = ("province", "city", "district", "street", "postcode")
    fields = {f"ship_{part}": getattr(row, part) for part in parts}
    fields |= {"receiver": row.receiver, "receiver_phone": row.phone if private else ""}
    label = "".join(fields[f"ship_{part}"] for part in parts[:4])
    return {"label": f"{row.receiver} · {label}", "default": row.is_default, "fields": fields}


@page(ENTER, methods=["POST"])
def quote(request: HttpRequest) -> HttpResponse:
    """Prices and stock of the lines that changed; what the others cost comes as one sum, the total to be read out."""
    by, body = actor(request), body_of(request)
    sheet = Typed.of(body)
    places = [place for place in body.get("places") or [] if isinstance(place, int)][: len(sheet.lines)]
    if len(places) != len(sheet.lines):
        places = list(range(1, len(sheet.lines) + 1))
    return JsonResponse(_priced(sheet, places, body, by))


@page(ENTER, methods=["POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """A text from a spreadsheet as lines, priced in one go; for unknown codes the articles most like them."""
    by, body = actor(request), body_of(request)
    rows = pasted.read(str(body.get("text", ""))[:2_000_000])
    first = body.get("first") if isinstance(body.get("first"), int) else 1
    places = list(range(first, first + len(rows)))  # type: ignore[operator,arg-type]  # an int, see above
    answer = _priced(replace(Typed.of(body), lines=rows), places, body, by)
    return JsonResponse({**answer, "rows": rows, "places": places})


def _priced(sheet: Typed, places: list[int], body: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """Results by line, the terms on which the page adds them up, and its total in words."""
    read = typed.lines(dict(zip(places, sheet.lines, strict=True)))
    asked = typed.asked(sheet.head, by=by, order=order_of(body, by))
    spec = replace(asked, lines=list(read.specs.values()))
    beside = typed.amount(body.get("beside"))
    seen = preview.preview(spec, by=by, at=now(), numbers=list(read.specs), beside=beside)
    few = len(seen.lines) <= EXPLAINED
    results = [shown.line(line, place, reasons=few) for line, place in zip(seen.lines, read.specs, strict=True)]
    for place, faults in read.errors.items():
        results.append({"place": place, "errors": [], "fields": faults})
    _suggest(results, read)
    return {
        "results": results,
        "document": shown.terms(spec, seen.currency),
        "errors": [refusal.message for refusal in seen.refusals],
        "words": shown.in_words(typed.amount(body["gross"]), seen.currency) if body.get("gross") else "",
    }


def _suggest(results: list[dict[str, Any]], read: typed.Lines) -> None:
    """For codes that no article has, the articles most like them."""
    unknown = {line["place"]: read.specs[line["place"]].sku for line in results if line.get("unknown")}
    if not unknown:
        return
    like = catalog.similar(list(dict.fromkeys(unknown.values()))[:SUGGESTED_FOR])
    for line in results:
        found = like.get(unknown.get(line["place"], ""), [])
        line["like"] = [{"value": sku.code, "label": sku.label} for sku in found]


@page(ENTER, methods=["POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything the checks say about the order as typed: what is missing, warnings, other orders like it.

    What is kept already need not come again: ``sheet`` names it.
    """
    by, body = actor(request), body_of(request)
    order = order_of(body, by)
    try:
        sheet = _kept(body, by)
    except Refused as stopped:
        return _gone(stopped)
    form = form_of(sheet, order, by)
    read = typed.lines(dict(enumerate(sheet.lines, 1)))
    answer: dict[str, Any] = {"fields": {}, "missing": [], "findings": []}
    if not form.is_valid():
        faults = {name: errors for name, errors in form.errors.items() if form.data.get(name)}
        return JsonResponse({**answer, "fields": faults})
    seen = preview.examined(form.spec(read.specs.values()), by=by, at=now(), order=order, numbers=list(read.specs))
    answered = queries.overridden([order.pk])[order.pk] if order else {}
    answer["missing"] = [shown.missing(refusal) for refusal in [*seen.refused, *seen.missing]]
    answer["findings"] = [shown.finding(found, answered) for found in seen.findings]
    return JsonResponse(answer)


def form_of(sheet: Typed, order: Order | None, by: Actor) -> OrderForm:
    """The head as typed, in the form that judges it."""
    if order is None:
        return OrderForm(dict(sheet.head), actor=by)
    return EditOrderForm({**sheet.head, "version": str(sheet.version or 0)}, actor=by, order=order)


@page(ENTER, methods=["POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what is typed, right or wrong; 409 when another window of the same person kept something newer."""
    by, body = actor(request), body_of(request)
    order = order_of(body, by)
    window = Window(*_sheet(body), order.pk if order else None, str(body.get("window", "")))
    content = Changes.of(body["changes"]) if "changes" in body else Typed.of(body.get("content"))
    try:
        kept = sheets.keep(content, window, by=by, at=now())
    except Refused as stopped:
        return _gone(stopped)
    return JsonResponse({"sheet": kept.pk, "version": kept.version, "at": f"{timezone.localtime(kept.kept_at):%H:%M}"})


def _sheet(body: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The sheet a window goes on with, and the version it last saw."""
    found, version = (body[name] if isinstance(body.get(name), int) else None for name in ("sheet", "version"))
    return found, version


def _kept(body: Mapping[str, Any], by: Actor) -> Typed:
    """What is typed: kept before, or as it comes."""
    sheet_id, _version = _sheet(body)
    return Typed.of(body) if sheet_id is None else sheets.kept(sheet_id, by=by)


def _gone(stopped: Refused) -> JsonResponse:
    """A sheet that another window made newer, or that is not there any more."""
    stale = any(refusal.code == STALE.code for refusal in stopped.refusals)
    return JsonResponse({"stale": stale}, status=409 if stale else 404)


@page(ENTER, methods=["POST"])
def discard(request: HttpRequest) -> HttpResponse:
    """Give up what was typed."""
    body = body_of(request)
    if isinstance(body.get("sheet"), int):
        sheets.discard(body["sheet"], by=actor(request))
    return JsonResponse({})
