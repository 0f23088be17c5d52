"""Prices of thousands of lines of one day, currency and tax mode: the same as ``queries.quote``, by fewer look-ups.

The lists that count for somebody are few, and so are the prices of an article: both are read once, and which of them
is a line's is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shunda.core.sql import Row, Statement, Trip, numbers
from shunda.pricing.queries import Ask, Quote, quoted

# The order is the rank: the most particular list first, among equals the one that started last.
_LISTS = """
select id, code, name, includes_tax, customer_id, grade, valid_from, valid_until from pricing_pricelist
where active and currency = %s and valid_from <= %s and (valid_until is null or valid_until >= %s)
  and (customer_id = any(%s::bigint[]) or (customer_id is null and (grade = '' or grade = any(%s::text[]))))
order by customer_id is null, grade = '', valid_from desc, id desc
"""
_PRICES = f"""
with lists as materialized ({_LISTS})
select price_list_id, sku_id, min_quantity, unit_price, floor from pricing_price
where sku_id = any(%s::bigint[]) and price_list_id = any(select id from lists)
order by min_quantity desc
"""  # noqa: S608  # put together of what stands above
ZERO = Decimal(0)


Buyer = tuple[int, str]
"""A customer and its grade."""


class Wanted(NamedTuple):
    """Who wants how much of what, in base units."""

    customer_id: int
    grade: str
    sku_id: int
    quantity: Decimal
    tax_rate: Decimal


class _List(NamedTuple):
    id: int
    code: str
    name: str
    includes_tax: bool
    customer_id: int | None
    grade: str
    valid_from: date
    valid_until: date | None


class _Price(NamedTuple):
    list_id: int
    sku_id: int
    min_quantity: Decimal
    unit_price: Decimal
    floor: Decimal | None


class Listed:
    """What the lists say to these buyers, (customer, grade), of these articles on a day; read on a ``trip``."""

    def __init__(
        self, trip: Trip, buyers: Collection[Buyer], sku_ids: Collection[int], *, on: date, currency: str,
        includes_tax: bool,
    ) -> None:  # fmt: skip
        self._buyers, self._on, self._currency, self._includes_tax = buyers, on, currency, includes_tax
        count = [currency, on, on, numbers({c for c, _ in buyers}), list({grade for _, grade in buyers})]
        self._lists = trip(Statement(_LISTS, count, lambda rows: {row[0]: _List._make(row) for row in rows}))
        self._prices = trip(Statement(_PRICES, [*count, numbers(sku_ids)], _prices))

    def quotes(self, wanted: Sequence[Wanted]) -> list[Quote]:
        """A quote for each, in their order."""
        lists, prices = self._lists.answer, self._prices.answer
        ranked = {buyer: [one.id for one in lists.values() if _counts(one, *buyer)] for buyer in self._buyers}
        quotes: list[Quote] = []
        for one in wanted:
            price = _best(one, ranked[one.customer_id, one.grade], prices)
            said = price and lists[price.list_id]
            quotes.append(_known(said, price, one.tax_rate, self._on, self._currency, self._includes_tax))
        return quotes


Prices = Mapping[tuple[int, int], Sequence[_Price]]


def _counts(one: _List, customer_id: int, grade: str) -> bool:
    """Whether a list counts for a buyer."""
    return one.customer_id == customer_id or (one.customer_id is None and one.grade in ("", grade))


def _prices(rows: list[Row]) -> Prices:
    """By list and SKU, the highest quantity break first."""
    prices: defaultdict[tuple[int, int], list[_Price]] = defaultdict(list)
    for row in rows:
        prices[row[0], row[1]].append(_Price._make(row))
    return prices


def _best(one: Wanted, ranked: Iterable[int], prices: Prices) -> _Price | None:
    for list_id in ranked:
        for price in prices.get((list_id, one.sku_id), ()):
            if price.min_quantity <= one.quantity:
                return price
    return None


_quotes: dict[tuple[int, int], tuple[tuple[Any, ...], Quote]] = {}
MOST_QUOTES = 50_000


def _known(
    one: _List | None,
    price: _Price | None,
    tax_rate: Decimal,
    on: date,
    currency: str,
    includes_tax: bool,  # noqa: FBT001
) -> Quote:
    """What a list says of an article, remembered while everything it follows from is equal.

    Looked up by ids, since hashing amounts and days costs more than what is saved.
    """
    key = (price.list_id, price.sku_id) if price else (0, 0)
    basis = (one, price, tax_rate, on, currency, includes_tax)
    there = _quotes.get(key)
    if there is not None and there[0] == basis:
        return there[1]
    if len(_quotes) >= MOST_QUOTES:
        _quotes.clear()
    figures = (price.unit_price, price.floor, price.min_quantity) if price else None
    quote = _quote(one, figures, tax_rate, on, currency, includes_tax)
    _quotes[key] = basis, quote
    return quote


@lru_cache(maxsize=20_000)
def _quote(
    one: _List | None,
    figures: tuple[Decimal, Decimal | None, Decimal] | None,
    tax_rate: Decimal,
    on: date,
    currency: str,
    includes_tax: bool,  # noqa: FBT001  # a cache keeps what it is given by position
) -> Quote:
    """The same object for articles of the same price, so that what is said of it is also written once."""
    row: dict[str, Any] = {"code": None}
    if one is not None and figures is not None:
        row = one._asdict() | dict(zip(("unit_price", "floor", "min_quantity"), figures, strict=True))
    return quoted(Ask(0, "", 0, ZERO, on, currency, includes_tax, tax_rate), row)
