"""The API of order entry: what an order would cost, when it could be there, what speaks against it; codes to articles.

Nothing is saved. The rules are those of the actions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Amount, In, Out, Price, Quantity, Rate, RefusalOut
from shunda.catalog import queries as catalog
from shunda.catalog.queries import SkuFacts
from shunda.core.refusal import NotPermitted
from shunda.orders import preview
from shunda.orders.answers import FindingOut
from shunda.orders.preview import LinePreview, Preview
from shunda.orders.schemas import OrderIn
from shunda.pricing.queries import sentences

router = Router("orders")
ENTER = "orders.create_order"
SUGGESTED_FOR = 200
"""For so many unknown codes of one call similar articles are looked up."""


class PriceReasonOut(Out):
    """Where a price comes from: a code, its data, its sentence in your language."""

    code: str
    data: dict[str, Any]
    message: str


class LineQuoteOut(Out):
    """A line as it would be stored; with ``refusals`` it could not be, and the rest is null."""

    line: Annotated[int, Field(description="Its place in the order sent, from 1.")]
    sku_id: int | None
    sku: str
    name: str
    unit_price: Annotated[Price | None, Field(description="Of one unit of the line; null: no price is listed.")]
    price_source: Literal["listed", "overridden", "missing"] | None
    price_reasons: list[PriceReasonOut]
    tax_rate: Rate | None
    net: Amount | None
    tax: Amount | None
    gross: Amount | None
    available: Annotated[Quantity | None, Field(description="In the order's warehouse, in the article's base unit.")]
    in_transit: Quantity | None
    earliest: Annotated[date | None, Field(description="When this quantity can leave; null: nothing is announced.")]
    refusals: list[RefusalOut]


class OrderQuoteOut(Out):
    """What an order would come to. ``missing`` keeps it from being submitted; ``findings`` are for people to judge."""

    currency: str
    net: Amount
    tax: Amount
    gross: Amount
    lines: list[LineQuoteOut]
    refusals: list[RefusalOut]
    missing: list[RefusalOut]
    findings: list[FindingOut]


class CodesIn(In):
    """SKU codes or barcodes, as somebody typed or pasted them."""

    codes: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(min_length=1, max_length=5000)]


class ArticleOut(Out):
    """An article by its id, code and name."""

    sku_id: int
    sku: str
    name: str


class ResolvedOut(Out):
    """What a code means; an unknown one comes with the articles most like it."""

    code: str
    article: ArticleOut | None
    similar: list[ArticleOut]


@router.write("/quote", response=OrderQuoteOut, permission=ENTER, summary="What an order would cost and take")
def quote(request: ApiRequest, body: OrderIn) -> Any:
    """Prices with their reasons, stock, earliest dates, totals, gaps and findings of an order that is not saved."""
    _allowed(request)
    spec = body.spec()
    seen = preview.preview(spec, by=request.actor, at=request.at)
    places = [place for place, line in enumerate(seen.lines, 1) if line.line is not None]
    kept = replace(spec, lines=[spec.lines[place - 1] for place in places])
    examined = preview.examined(kept, by=request.actor, at=request.at, numbers=places)
    return {
        "currency": seen.currency,
        "net": seen.total.net,
        "tax": seen.total.tax,
        "gross": seen.total.gross,
        "lines": [_line(line, place, seen) for place, line in enumerate(seen.lines, 1)],
        "refusals": [*seen.refusals, *examined.refused],
        "missing": examined.missing,
        "findings": examined.findings,
    }


@router.write("/resolve", response=list[ResolvedOut], permission=ENTER, summary="Codes to articles")
def resolve(request: ApiRequest, body: CodesIn) -> Any:
    """What each code means, in the order sent; letter case does not matter, a code counts before a barcode."""
    _allowed(request)
    known = catalog.resolve(body.codes)
    unknown = list(dict.fromkeys(code for code in body.codes if code not in known))
    similar = catalog.similar(unknown[:SUGGESTED_FOR])
    facts = catalog.sku_facts(known.values())
    return [
        {
            "code": code,
            "article": _article(facts[known[code]]) if code in known else None,
            "similar": [_article(sku) for sku in similar.get(code, [])],
        }
        for code in body.codes
    ]


def _allowed(request: ApiRequest) -> None:
    if not request.actor.may(ENTER):
        raise NotPermitted(ENTER)


def _article(sku: SkuFacts) -> dict[str, Any]:
    return {"sku_id": sku.id, "sku": sku.code, "name": sku.label}


def _line(found: LinePreview, place: int, seen: Preview) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(LineQuoteOut.model_fields)
    if found.line is None or found.sku is None:
        return {**empty, "line": place, "sku": "", "name": "", "price_reasons": [], "refusals": found.refusals}
    row, stock, amounts = found.line, found.stock, seen.amounts[place]
    reasons = row.price_reason.get("reasons", [])
    missing = row.price_reason["source"] == "missing"
    return {
        "line": place,
        "sku_id": found.sku.id,
        "sku": found.sku.code,
        "name": found.sku.label,
        "unit_price": None if missing else row.unit_price,
        "price_source": row.price_reason["source"],
        "price_reasons": [
            {**reason, "message": message} for reason, message in zip(reasons, sentences(reasons), strict=True)
        ],
        "tax_rate": row.tax_rate,
        "net": amounts.net,
        "tax": amounts.tax,
        "gross": amounts.gross,
        "available": max(stock.available, Decimal(0)) if stock else None,
        "in_transit": stock.in_transit if stock else None,
        "earliest": found.earliest,
        "refusals": [],
    }
