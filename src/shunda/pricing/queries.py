"""What a price is, and why; price lists for pages and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.catalog.queries import matching
from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.core.refusal import Reason, Refusal
from shunda.customers import queries as customers
from shunda.customers.models import Customer
from shunda.pricing import reasons as why
from shunda.pricing.models import Price, PriceList
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
    return [quoted(ask, row) for ask, row in zip(asks, rows, strict=True)]


def sentences(reasons: Sequence[dict[str, Any]]) -> list[str]:
    """Kept reasons in the language of the reader."""
    return [Refusal(None, reason["code"], reason.get("data", {})).message for reason in reasons]


def quoted(ask: Ask, row: dict[str, Any]) -> Quote:
    """What a row of ``_BEST`` means to an ask; a row without a code found no price."""
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


def seen_by(actor: Actor) -> QuerySet[PriceList]:
    """The lists an actor may see: general and grade lists, and those of customers it sees."""
    if actor.reach == "all":
        return PriceList.objects.all()
    return PriceList.objects.filter(Q(customer__isnull=True) | Q(customer__in=customers.seen_by(actor)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price that was looked at for an ask, and why it is (``chosen``) or is not the one."""

    list_id: int
    list_code: str
    list_name: str
    includes_tax: bool
    valid_from: date
    valid_until: date | None
    min_quantity: Decimal
    unit_price: Decimal
    floor: Decimal | None
    chosen: bool
    why: str


_VERDICTS: dict[str, str | Promise] = {
    "chosen": _("this one counts"),
    "inactive": _("the list is switched off"),
    "early": _("not valid yet on that day"),
    "late": _("no longer valid on that day"),
    "quantity": _("the quantity is too small for it"),
    "outranked": _("a more particular or newer price counts"),
}

_SHOWN = (
    "list_id", "list_code", "list_name", "includes_tax", "valid_from", "valid_until", "min_quantity", "unit_price",
    "floor",
)  # fmt: skip
_CANDIDATES = """
select l.id, l.code, l.name, l.includes_tax, l.valid_from, l.valid_until, p.min_quantity, p.unit_price, p.floor,
       case when not l.active then 'inactive'
            when l.valid_from > %(day)s then 'early'
            when l.valid_until < %(day)s then 'late'
            when p.min_quantity > %(quantity)s then 'quantity'
            else 'outranked' end
from pricing_price p join pricing_pricelist l on l.id = p.price_list_id
where p.sku_id = %(sku)s and l.currency = %(currency)s
  and (l.customer_id = %(customer)s or (l.customer_id is null and l.grade in ('', %(grade)s)))
order by l.customer_id is null, l.grade = '', l.valid_from desc, l.id desc, p.min_quantity desc
limit 100
"""


def explain(ask: Ask) -> list[Candidate]:
    """Every price that could have been this ask's, the most particular first, each with its verdict; one query.

    Lists of other customers and grades are not shown: they are nobody's business here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            {
                "sku": ask.sku_id,
                "customer": ask.customer_id,
                "grade": ask.grade,
                "quantity": ask.quantity,
                "day": ask.on,
                "currency": ask.currency,
            },
        )
        found: list[Candidate] = []
        for row in cursor.fetchall():
            verdict = row[-1]
            chosen = verdict == "outranked" and not any(each.chosen for each in found)
            shown = dict(zip(_SHOWN, row[:-1], strict=True))
            found.append(Candidate(**shown, chosen=chosen, why=str(_VERDICTS["chosen" if chosen else verdict])))
    return found


def lists(actor: Actor) -> QuerySet[PriceList]:
    """The lists an actor may see, with their customer and the number of their prices as ``price_count``."""
    count = Price.objects.filter(price_list=OuterRef("pk")).order_by().values("price_list").annotate(n=Count("pk"))
    return seen_by(actor).select_related("customer").annotate(price_count=Coalesce(Subquery(count.values("n")), 0))


def prices(price_list: PriceList, text: str = "") -> QuerySet[Price]:
    """The prices of a list with their SKUs; ``text`` finds SKUs by code, name, pinyin or part number."""
    rows = Price.objects.filter(price_list=price_list).select_related("sku__product__unit")
    return rows.filter(sku__in=matching(text)) if text.strip() else rows


PARTICULAR = (F("customer").asc(nulls_last=True), F("grade").desc(), "-valid_from", "-id")
"""The most particular list first."""


def counts_for(customer: Customer) -> Q:
    """Lists that may give this customer a price: its own, its grade's, the general ones."""
    return Q(customer=customer) | Q(customer__isnull=True, grade__in=("", customer.grade))


def prices_of_product(actor: Actor, product_id: int, on: date, limit: int = 100) -> list[Price]:
    """The prices of a product's SKUs in the lists in force on a day that the actor may see."""
    ends = Q(price_list__valid_until__isnull=True) | Q(price_list__valid_until__gte=on)
    rows = (
        Price.objects.filter(ends, sku__product=product_id, price_list__in=seen_by(actor))
        .filter(price_list__active=True, price_list__valid_from__lte=on)
        .select_related("sku", "price_list__customer")
    )
    return list(rows.order_by("sku__code", "price_list__customer", "-price_list__grade", "min_quantity")[:limit])
