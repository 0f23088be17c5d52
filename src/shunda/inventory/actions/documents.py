"""Numbers of stock documents, and the ledger rows they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from shunda.core import sequence
from shunda.inventory.ledger import Posting
from shunda.inventory.models import StockMove

ZONE = ZoneInfo("Asia/Shanghai")


def number(prefix: str, at: datetime, posting: Posting) -> str:
    """The next number of a kind of stock document for the day of ``at``; none is taken when nothing is written."""
    if not posting.places():
        return ""
    [taken] = sequence.numbers(prefix, f"{at.astimezone(ZONE):%Y%m%d}", 1)
    return taken


def written(ids: Iterable[int]) -> list[StockMove]:
    """The stock moves a posting wrote, in its order."""
    return list(StockMove.objects.filter(pk__in=list(ids)).select_related("sku", "warehouse").order_by("pk"))
