"""The API of price lists, prices and what a price is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Filter, Id, In, Out, Page, Price, Quantity, Version
from shunda.catalog.queries import resolve, sku_facts
from shunda.core.money import plain
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refusal, Refused
from shunda.customers import queries as customers
from shunda.pricing import actions, queries, reasons
from shunda.pricing.models import PriceList
from shunda.pricing.specs import ListSpec, PriceBook, PriceRow

router = Router("price lists")
prices = Router("prices")
VIEW, CREATE, EDIT = "pricing.view_pricelist", "pricing.create_pricelist", "pricing.edit_pricelist"
Code = Annotated[str, Field(max_length=40)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class PriceListOut(Out):
    """A price list: for one customer, for a grade, or for everybody."""

    id: int
    code: str
    name: str
    currency: str
    includes_tax: bool
    customer_id: int | None
    grade: str
    valid_from: date
    valid_until: date | None
    active: bool
    price_count: int
    version: int


class PriceListIn(In):
    """A new price list."""

    code: Annotated[str, Field(max_length=30)]
    name: Annotated[str, Field(max_length=80)]
    valid_from: date
    valid_until: date | None = None
    currency: Currency = "CNY"
    includes_tax: bool = True
    customer_id: Id | None = None
    grade: Annotated[str, Field(max_length=1)] = ""
    active: bool = True


class PriceListChange(In):
    """What is to change; fields left out stay. ``customer_id`` and ``valid_until`` may be null to empty them."""

    version: Version
    name: Annotated[str, Field(max_length=80)] | None = None
    currency: Currency | None = None
    includes_tax: bool | None = None
    customer_id: Id | None = None
    grade: Annotated[str, Field(max_length=1)] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    active: bool | None = None


class PriceListFilter(Filter):
    """Narrow the lists."""

    code: Annotated[str | None, Field(max_length=30)] = None
    customer_id: Id | None = None
    grade: Annotated[str | None, Field(max_length=1)] = None
    active: bool | None = None


class PriceOut(Out):
    """The price of one base unit of a SKU from a quantity on."""

    id: int
    sku_id: int
    sku: str
    min_quantity: Quantity
    unit_price: Price
    floor: Price | None

    @staticmethod
    def resolve_sku(price: Any) -> str:
        """Its code."""
        return str(price.sku.code)


class PriceFilter(Filter):
    """Narrow the prices."""

    sku_id: Id | None = None


class PriceIn(In):
    """A price by SKU code or barcode."""

    sku: Code
    unit_price: Price
    min_quantity: Quantity = Decimal(0)
    floor: Price | None = None


class PricesIn(In):
    """Prices to put into a list; ``replace``: they are all of its prices, the others go."""

    version: Version | None = None
    replace: bool = False
    prices: Annotated[list[PriceIn], Field(min_length=1, max_length=5000)]


class PricesGone(In):
    """Prices to take out of a list."""

    version: Version | None = None
    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class AskIn(In):
    """Who wants how much of what on which day; the quantity is in base units."""

    customer_id: Id
    sku: Code
    quantity: Quantity
    on: date
    currency: Currency = "CNY"
    includes_tax: bool = True


class AsksIn(In):
    """Several questions at once."""

    asks: Annotated[list[AskIn], Field(min_length=1, max_length=5000)]


class SaidOut(Out):
    """A reason: its code, its data, its sentence in your language."""

    code: str
    data: dict[str, Any]
    message: str


class QuoteOut(Out):
    """The price of one base unit and the floor under it, with its reasons; null: there is no price."""

    unit_price: Price | None
    floor: Price | None
    reasons: list[SaidOut]


class CandidateOut(Out):
    """A price that was looked at, and why it is or is not the one."""

    list_id: int
    list_code: str
    list_name: str
    includes_tax: bool
    valid_from: date
    valid_until: date | None
    min_quantity: Quantity
    unit_price: Price
    floor: Price | None
    chosen: bool
    why: str


class WhyOut(Out):
    """A price explained."""

    quote: QuoteOut
    candidates: list[CandidateOut]


@router.read("", response=Page[PriceListOut], permission=VIEW, summary="Price lists")
def lists(request: ApiRequest, paging: Query[Paging], where: Query[PriceListFilter]) -> Any:
    """Newest first; lists of customers outside your area are left out."""
    return paging.page(where.filter(queries.lists(request.actor)))


@router.read("/{int:pk}", response=PriceListOut, permission=VIEW, summary="One price list")
def one(request: ApiRequest, pk: Id) -> Any:
    """Answers 404 when there is none you may see."""
    return found(queries.lists(request.actor), pk)


@router.write("", response=PriceListOut, status=201, permission=CREATE, summary="New price list")
def create(request: ApiRequest, body: PriceListIn) -> Any:
    """Refused: a code that is taken, dates that cross, a customer and a grade at once."""
    made = actions.create_lists([ListSpec(**body.model_dump())], by=request.actor, at=request.at).one()
    return created(found(queries.lists(request.actor), made.pk))


@router.write("/{int:pk}", response=PriceListOut, method="PATCH", permission=EDIT, summary="Change a price list")
def edit(request: ApiRequest, pk: Id, body: PriceListChange) -> Any:
    """The code stays. The currency stays too once there are prices."""
    row = found(queries.lists(request.actor), pk)
    typed = body.model_dump(exclude_unset=True, exclude={"version"})
    changes = {
        name: value for name, value in typed.items() if value is not None or name in ("customer_id", "valid_until")
    }
    spec = replace(_spec(row), **changes)
    actions.edit_lists({pk: spec}, by=request.actor, at=request.at, versions={pk: body.version}).one()
    return found(queries.lists(request.actor), pk)


@router.read("/{int:pk}/prices", response=Page[PriceOut], permission=VIEW, summary="Prices of a list")
def list_prices(request: ApiRequest, pk: Id, paging: Query[Paging], where: Query[PriceFilter]) -> Any:
    """In the order they were entered."""
    row = found(queries.lists(request.actor), pk)
    return paging.page(where.filter(queries.prices(row)), newest_first=False)


@router.write("/{int:pk}/prices", response=PriceListOut, permission=EDIT, summary="Put prices into a list")
def set_prices(request: ApiRequest, pk: Id, body: PricesIn) -> Any:
    """All of them or none: each fault of each price is told; ``row`` in a refusal counts from 1."""
    rows = [
        PriceRow(
            number,
            each.sku,
            plain(each.unit_price),
            plain(each.min_quantity),
            "" if each.floor is None else plain(each.floor),
        )
        for number, each in enumerate(body.prices, 1)
    ]
    versions = {pk: body.version} if body.version else None
    book = PriceBook(pk, rows, body.replace)
    actions.set_prices([book], by=request.actor, at=request.at, versions=versions).one()
    return found(queries.lists(request.actor), pk)


@router.write("/{int:pk}/prices/remove", response=PriceListOut, permission=EDIT, summary="Take prices out of a list")
def remove_prices(request: ApiRequest, pk: Id, body: PricesGone) -> Any:
    """Refused when one of them is not in the list."""
    versions = {pk: body.version} if body.version else None
    actions.remove_prices(pk, body.ids, by=request.actor, at=request.at, versions=versions).one()
    return found(queries.lists(request.actor), pk)


@prices.write("/quote", response=list[QuoteOut], permission=VIEW, summary="Ask for prices")
def quote(request: ApiRequest, body: AsksIn) -> Any:
    """What these customers pay, in the order asked, each with its reasons. Changes nothing."""
    if not request.actor.may(VIEW):
        raise NotPermitted(VIEW)
    return [_quote(answer) for answer in queries.quote(_asks(request, body.asks))]


@prices.read("/why", response=WhyOut, permission=VIEW, summary="Why this price?")
def why(request: ApiRequest, ask: Query[AskIn]) -> Any:
    """The price with its reasons, and every price that was looked at. Answers 404 for an unknown customer or SKU."""
    found(customers.seen_by(request.actor), ask.customer_id)
    if not resolve([ask.sku]):
        raise Refused(NOT_FOUND(where="sku"))
    [asked] = _asks(request, [ask])
    [answer] = queries.quote([asked])
    return {"quote": _quote(answer), "candidates": queries.explain(asked)}


def _spec(row: PriceList) -> ListSpec:
    return ListSpec(**{name: getattr(row, name) for name in ("code", *actions.EDITABLE)})


def _asks(request: ApiRequest, asks: Sequence[AskIn]) -> list[queries.Ask]:
    grades = dict(
        customers.seen_by(request.actor).filter(pk__in={a.customer_id for a in asks}).values_list("pk", "grade")
    )
    codes = resolve({ask.sku for ask in asks})
    facts = sku_facts(codes.values())
    refused: list[Refusal] = []
    for index, ask in enumerate(asks):
        if ask.customer_id not in grades:
            refused.append(NOT_FOUND(index, where=f"asks.{index}.customer_id"))
        if ask.sku not in codes:
            refused.append(reasons.UNKNOWN_SKU(index, row=index + 1, sku=ask.sku, where=f"asks.{index}.sku"))
    if refused:
        raise Refused(*refused)
    return [
        queries.Ask(
            ask.customer_id,
            grades[ask.customer_id],
            codes[ask.sku],
            ask.quantity,
            ask.on,
            ask.currency,
            ask.includes_tax,
            facts[codes[ask.sku]].tax_rate,
        )
        for ask in asks
    ]


def _quote(answer: queries.Quote) -> dict[str, Any]:
    said = zip(answer.reasons, queries.sentences(answer.reasons), strict=True)
    return {
        "unit_price": answer.unit_price,
        "floor": answer.floor,
        "reasons": [{**reason, "message": message} for reason, message in said],
    }
