"""Numbers and days of stock documents, and the ledger rows they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from shunda.core import event, sequence
from shunda.core.money import plain
from shunda.inventory.ledger import Posting
from shunda.inventory.models import Balance, StockMove
from shunda.inventory.rules import Place


def today(at: datetime) -> date:
    """The company's day at that moment."""
    return timezone.localtime(at).date()


def number(prefix: str, at: datetime, given: str, writes: object) -> str:
    """The number ``given``, else the next one of this kind of stock document; none is taken when nothing is written."""
    if given or not writes:
        return given
    [taken] = sequence.numbers(prefix, f"{today(at):%Y%m%d}", 1)
    return taken


def written(ids: Iterable[int]) -> list[StockMove]:
    """The stock moves a posting wrote, in its order."""
    return list(StockMove.objects.filter(pk__in=list(ids)).select_related("sku", "warehouse").order_by("pk"))


def received(posting: Posting, balances: Mapping[Place, Balance], reference: str) -> Iterable[event.Happening]:
    """One event for each balance that grew: whoever waits for stock there hears of it."""
    total: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for movement in posting.movements:
        total[movement.place] += movement.quantity
    for place, quantity in total.items():
        data = {"quantity": plain(quantity), "reference": reference}
        yield event.Happening("stock.receive", "inventory.balance", balances[place].pk, data=data)
