"""What a price is, and why; price lists for pages and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from shunda.core.actor import Actor
from shunda.core.refusal import Reason, Refusal
from shunda.customers import queries as customers
from shunda.pricing import reasons as why
from shunda.pricing.models import PriceList
from shunda.pricing.rules import with_or_without_tax


@dataclass(frozen=True, slots=True)
class Ask:
    """Who wants how much of what, on which day; the quantity is in base units.

    ``includes_tax`` and ``tax_rate`` say how the document wants its prices.
    """

    customer_id: int
    grade: str
    sku_id: int
    quantity: Decimal
    on: date
    currency: str = "CNY"
    includes_tax: bool = True
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one base unit and the floor under it, in the document's mode; ``None``: there is no price.

    ``reasons`` are ``{"code": ..., "data": {...}}``, ready to be kept; ``sentences`` reads them out.
    """

    unit_price: Decimal | None
    floor: Decimal | None
    reasons: list[dict[str, Any]]


_BEST = """
select l.code, l.name, l.includes_tax, l.customer_id, l.grade, l.valid_from, l.valid_until,
       p.unit_price, p.floor, p.min_quantity
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::numeric[], %s::date[], %s::text[])
     with ordinality a(customer_id, grade, sku_id, quantity, day, currency, i)
left join lateral (
  select p.unit_price, p.floor, p.min_quantity, p.price_list_id
  from pricing_price p join pricing_pricelist l on l.id = p.price_list_id
  where p.sku_id = a.sku_id and p.min_quantity <= a.quantity
    and l.active and l.currency = a.currency
    and l.valid_from <= a.day and (l.valid_until is null or l.valid_until >= a.day)
    and (l.customer_id = a.customer_id or (l.customer_id is null and l.grade in ('', a.grade)))
  order by l.customer_id is null, l.grade = '', l.valid_from desc, l.id desc, p.min_quantity desc
  limit 1
) p on true
left join pricing_pricelist l on l.id = p.price_list_id
order by a.i
"""


def quote(asks: Sequence[Ask]) -> list[Quote]:
    """The price for each ask, in their order, with its reasons (R039, R040); one query however many.

    The most particular list that has a price for the quantity on the day wins: the customer's own, then its grade's,
    then the general one; among equals the one that started last; within a list the highest quantity break reached.
    The floor is the winning price's own. A price is turned into the document's tax mode, to six places.
    """
    if not asks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _BEST,
            [
                [ask.customer_id for ask in asks],
                [ask.grade for ask in asks],
                [ask.sku_id for ask in asks],
                [ask.quantity for ask in asks],
                [ask.on for ask in asks],
                [ask.currency for ask in asks],
            ],
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [_quoted(ask, row) for ask, row in zip(asks, rows, strict=True)]


def sentences(reasons: Sequence[dict[str, Any]]) -> list[str]:
    """Kept reasons in the language of the reader."""
    return [Refusal(None, reason["code"], reason.get("data", {})).message for reason in reasons]


def _quoted(ask: Ask, row: dict[str, Any]) -> Quote:
    if row["code"] is None:
        return Quote(None, None, [_said(why.NO_PRICE, currency=ask.currency, on=ask.on.isoformat())])
    listed = row["unit_price"]
    price, floor = (
        None if figure is None
        else with_or_without_tax(figure, ask.tax_rate, has_tax=row["includes_tax"], wants_tax=ask.includes_tax)
        for figure in (listed, row["floor"])
    )  # fmt: skip
    return Quote(price, floor, list(_reasons(ask, row, floor)))


def _reasons(ask: Ask, row: dict[str, Any], floor: Decimal | None) -> list[dict[str, Any]]:
    whose = why.CUSTOMER_LIST if row["customer_id"] else why.GRADE_LIST if row["grade"] else why.GENERAL_LIST
    since, until = row["valid_from"].isoformat(), row["valid_until"]
    said = [
        _said(whose, list=row["name"], code=row["code"], grade=row["grade"]),
        _said(why.VALID_UNTIL, valid_from=since, valid_until=until.isoformat())
        if until
        else _said(why.VALID, valid_from=since),
    ]
    if row["min_quantity"]:
        said.append(_said(why.BREAK, min_quantity=plain(row["min_quantity"])))
    if ask.includes_tax != row["includes_tax"]:
        turned = why.TAX_ADDED if ask.includes_tax else why.TAX_TAKEN_OFF
        said.append(_said(turned, price=plain(row["unit_price"]), percent=plain(ask.tax_rate * 100)))
    if floor is not None:
        said.append(_said(why.FLOOR, floor=plain(floor)))
    return said


def _said(reason: Reason, **data: str) -> dict[str, Any]:
    return {"code": reason.code, "data": data}


def plain(figure: Decimal) -> str:
    """A figure without trailing zeros: 12, 0.5, 1200."""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def seen_by(actor: Actor) -> QuerySet[PriceList]:
    """The lists an actor may see: general and grade lists, and those of customers it sees."""
    if actor.reach == "all":
        return PriceList.objects.all()
    return PriceList.objects.filter(Q(customer__isnull=True) | Q(customer__in=customers.seen_by(actor)))
