"""Which orders are confirmed only when the customer signed for them: large ones and complex ones (R052). Pure.

An order is complex when several signs come together: many lines, goods made to order, a contract, terms that are not
the customer's own. How many signs it takes and how many lines are many are settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import override, pgettext_lazy

from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.orders import reasons as why
from shunda.orders.models import Order, OrderLine

SIGNS = {
    "lines": pgettext_lazy("sign of a complex order", "many lines"),
    "made_to_order": pgettext_lazy("sign of a complex order", "made to order"),
    "contract": pgettext_lazy("sign of a complex order", "contract"),
    "terms": pgettext_lazy("sign of a complex order", "terms of its own"),
}
SETTINGS = ("orders.written_from_amount", "orders.complex_lines", "orders.complex_signs")
"""What decides about it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """From where on orders are large or complex, as the company decided."""

    amount: Decimal
    lines: int
    signs: int

    @classmethod
    def of(cls, decided: Mapping[str, Any]) -> Measure:
        """From the values of ``SETTINGS``."""
        return cls(*(decided[name] for name in SETTINGS))

    def asks_of_plain(self, gross: Decimal, lines: int) -> bool:
        """Whether an order without contract, special goods or special terms is one: it has one sign at most."""
        return gross >= self.amount or (self.signs <= 1 and lines >= self.lines)


def signs(order: Order, lines: Sequence[OrderLine], own_term: int, measure: Measure) -> list[str]:
    """What makes an order complex, whether or not it is enough; ``own_term`` is the customer's payment term."""
    found = {
        "lines": len(lines) >= measure.lines,
        "made_to_order": any(line.made_to_order for line in lines),
        "contract": bool(order.contract_number),
        "terms": order.term_id != own_term,
    }
    return [name for name, there in found.items() if there]


def needs(order: Order, lines: Sequence[OrderLine], own_term: int, measure: Measure) -> Iterator[Refusal]:
    """Why an order needs the signed confirmation letter; nothing where it does not."""
    if order.gross >= measure.amount:
        yield why.WRITTEN(order.pk, limit=plain(measure.amount))
    found = signs(order, lines, own_term, measure)
    if len(found) >= measure.signs:
        yield why.COMPLEX(order.pk, signs=_told(found, "zh-hans"), signs_en=_told(found, "en"))


def _told(found: Sequence[str], language: str) -> str:
    """Findings are kept and read in either language."""
    with override(language):
        return ", ".join(str(SIGNS[name]) for name in found)
