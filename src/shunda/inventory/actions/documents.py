"""Numbers and days of stock documents, and the ledger rows they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from shunda.core import sequence
from shunda.inventory.models import StockMove


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
