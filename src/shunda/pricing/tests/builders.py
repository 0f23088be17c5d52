"""Price lists for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shunda.catalog.models import Sku
from shunda.core.actor import system
from shunda.customers.models import Customer
from shunda.pricing import actions
from shunda.pricing.models import PriceList
from shunda.pricing.specs import ListSpec, PriceBook, PriceRow

AT = datetime(2024, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
Figure = Decimal | int | str


def price_list(
    code: str = "GENERAL",
    prices: Iterable[tuple[Sku, Figure] | tuple[Sku, Figure, Figure] | tuple[Sku, Figure, Figure, Figure]] = (),
    customer: Customer | None = None,
    **fields,
) -> PriceList:
    """A list with ``prices``: (SKU, unit price[, from quantity[, floor]]); general unless a customer or grade is said."""
    spec = ListSpec(
        code,
        fields.pop("name", f"List {code}"),
        fields.pop("valid_from", date(2024, 1, 1)),
        customer_id=customer.pk if customer else None,
        **fields,
    )
    made = actions.create_lists([spec], by=system(), at=AT).one()
    rows = [
        PriceRow(number, sku.code, str(price), *(str(figure) for figure in more))
        for number, (sku, price, *more) in enumerate(prices, 1)
    ]
    return actions.set_prices([PriceBook(made.pk, rows)], by=system(), at=AT).one() if rows else made
