"""Pure decisions about stock: who is served first, which quantities can be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Place = tuple[int, int]
"""A SKU in a warehouse: (sku_id, warehouse_id)."""

MOST = Decimal(1_000_000_000)
"""No line moves more than this of anything: larger figures are slips of the keyboard."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What a group was refused for: it wanted more of a place than was left when its turn came."""

    group: int
    place: Place
    wanted: Decimal
    available: Decimal


def serve(
    groups: Sequence[tuple[int, Mapping[Place, Decimal]]], free: Mapping[Place, Decimal]
) -> tuple[list[int], list[Lack]]:
    """First come, first served, each group whole or not at all; returns the served groups and what others lacked.

    Groups take their turn in the order given, each sees what those served before it left. A group that is refused
    takes nothing, so a later one that fits is still served: one pass is exact, nothing has to be tried again.
    """
    left = defaultdict(Decimal, free)
    served: list[int] = []
    lacks: list[Lack] = []
    for group, wanted in groups:
        lacking = [Lack(group, place, n, left[place]) for place, n in wanted.items() if n > left[place]]
        if lacking:
            lacks += lacking
            continue
        served.append(group)
        for place, n in wanted.items():
            left[place] -= n
    return served, lacks


def fits(quantity: Decimal, decimals: int) -> bool:
    """Whether a quantity has no more decimals than its unit allows."""
    return quantity == quantity.quantize(Decimal(1).scaleb(-decimals))
