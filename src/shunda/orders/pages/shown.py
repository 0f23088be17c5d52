"""What the entry page's endpoints answer: previews, findings and orders as the page's script takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shunda.core.money import DIGITS, rounded
from shunda.core.money import plain as without_zeros
from shunda.core.refusal import Refusal
from shunda.orders import overrides
from shunda.orders.assembly import OVERRIDDEN
from shunda.orders.checks import Finding
from shunda.orders.models import OrderLine
from shunda.orders.preview import LinePreview
from shunda.orders.reasons import UNKNOWN_SKU
from shunda.orders.specs import OrderSpec
from shunda.pricing.queries import sentences
from shunda.pricing.rules import PricedLine, capitals, words
from shunda.web import formats


def terms(spec: OrderSpec, currency: str) -> dict[str, Any]:
    """On what terms the page adds up the lines: the head as it was understood, in the coins of its currency."""
    return {
        "digits": DIGITS.get(currency, 2),
        "symbol": formats.symbol(currency),
        "includes_tax": spec.prices_include_tax,
        "discount": f"{rounded(spec.discount, currency):f}",
        "freight": f"{rounded(spec.freight, currency):f}",
        "freight_tax": without_zeros(spec.freight_tax_rate),
    }


def in_words(amount: Decimal, currency: str) -> str:
    """An amount in capitals or words, as the reader's language has it (R027)."""
    return (capitals if formats.chinese() else words)(amount, currency)


def line(seen: LinePreview, place: int, *, reasons: bool = True) -> dict[str, Any]:
    """One line: what it is, what it costs and why, what there is of it, what is wrong with it.

    Without ``reasons`` the page asks for them when somebody wants to know.
    """
    if seen.line is None or seen.sku is None:
        unknown = any(refusal.code == UNKNOWN_SKU.code for refusal in seen.refusals)
        return {"place": place, "errors": [refusal.message for refusal in seen.refusals], "unknown": unknown}
    row, sku, stock = seen.line, seen.sku, seen.stock
    wanted = row.base_quantity
    short = bool(stock and not sku.made_to_order and wanted > stock.available)
    return {
        "place": place,
        "sku": sku.code,
        "name": sku.label,
        "note": " · ".join(filter(None, [sku.model, sku.specification])),
        "unit": sku.unit_label,
        "price": without_zeros(row.unit_price) if row.price_reason["source"] != "missing" else "",
        "source": row.price_reason["source"],
        "reasons": _why(row, seen) if reasons else None,
        "figures": _plain(PricedLine(row.quantity, row.unit_price, row.discount_rate, row.tax_rate)),
        "available": formats.quantity(stock.available) if stock else "",
        "transit": formats.quantity(stock.in_transit) if stock and stock.in_transit else "",
        "short": short,
        "made": sku.made_to_order,
        "earliest": formats.filled(formats.day, seen.earliest),
        "warnings": [{"code": f.code, "level": f.level, "message": f.message} for f in seen.findings],
        "errors": [],
    }


def _plain(figures: PricedLine) -> list[str]:
    values = (figures.quantity, figures.unit_price, figures.discount_rate, figures.tax_rate)
    return [without_zeros(value) for value in values]


def _why(row: OrderLine, seen: LinePreview) -> list[str]:
    """Where the price comes from, then what there is of the article: the answers to "why?"."""
    said = sentences(row.price_reason.get("reasons", []))
    listed = row.price_reason.get("list_price")
    if row.price_reason["source"] == OVERRIDDEN:
        by_hand = (
            _("Entered by hand; listed at %(price)s.") if listed else _("Entered by hand; there is no listed price.")
        )
        said.insert(0, by_hand % {"price": listed})
    said.append(_("Tax %(percent)s.") % {"percent": formats.percent(row.tax_rate)})
    if seen.stock is not None and seen.sku is not None:
        figures = {
            "on_hand": formats.quantity(seen.stock.on_hand),
            "locked": formats.quantity(seen.stock.locked),
            "transit": formats.quantity(seen.stock.in_transit),
            "unit": seen.sku.unit_label,
        }
        said.append(_("Stock: %(on_hand)s %(unit)s there, %(locked)s promised, %(transit)s on the way.") % figures)
    return said


def finding(found: Finding, answered: Mapping[str, str]) -> dict[str, Any]:
    """A finding with its sentence, the order it points to, and the reason somebody gave for going on."""
    other = found.data.get("order_id")
    asks = found.level != "ok" and found.code in overrides.ASKS
    return {
        "level": found.level,
        "code": found.code,
        "message": found.message,
        "line": found.data.get("line"),
        "url": reverse("orders:detail", args=[other]) if other else "",
        "number": found.data.get("number", "") if other else "",
        "asks": asks,
        "reason": answered.get(overrides.mark(found)) if asks else None,
    }


def asking(found: Iterable[Finding], answered: Mapping[str, str]) -> list[dict[str, Any]]:
    """The warnings nobody has answered for yet, one entry for each code."""
    groups = overrides.asking(found, answered)
    return [{"code": code, "warnings": [finding(one, answered) for one in group]} for code, group in groups.items()]


def missing(refusal: Refusal) -> dict[str, Any]:
    """What speaks against submitting, and the field or line it is about."""
    return {"code": refusal.code, "message": refusal.message, "where": str(refusal.data.get("where", ""))}


def refused(refusals: Iterable[Refusal], places: Sequence[int]) -> dict[str, Any]:
    """Refusals of an action by field and by line; the action counts the lines that were given, the page all."""
    head: dict[str, list[str]] = {}
    lines: dict[int, list[str]] = {}
    for refusal in refusals:
        prefix, _dot, rest = str(refusal.data.get("where", "")).partition(".")
        number = rest.partition(".")[0]
        if prefix == "lines" and number.isdecimal() and 0 < int(number) <= len(places):
            lines.setdefault(places[int(number) - 1], []).append(refusal.message)
        else:
            head.setdefault(prefix, []).append(refusal.message)
    return {"head": head, "lines": lines}
