"""Money and how it is rounded: one rule, no float, no cent lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3}
"""Currencies whose smallest coin is not a hundredth."""

PRICE = Decimal("0.000001")
"""Unit prices are kept to six places (R026)."""


def rounded(amount: Decimal, currency: str = "CNY") -> Decimal:
    """To the currency's smallest coin, half to even (GB/T 8170): the one rounding rule of every document.

    An exact half goes to the even neighbour, so that thousands of discounted lines add up to what they are worth
    instead of a little more.
    """
    return amount.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)), ROUND_HALF_EVEN)


def plain(value: Decimal, least: int = 0) -> str:
    """A number as people write it: no exponent, no separators, no zeros at its end beyond ``least`` places."""
    whole, _point, places = f"{value:f}".partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}" if places else whole


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency; two currencies never add up."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def rounded(self) -> Money:
        """To the currency's smallest coin."""
        return Money(rounded(self.amount, self.currency), self.currency)

    def share(self, weights: Sequence[Decimal]) -> list[Money]:
        """Shared over the weights without losing a cent."""
        return [Money(part, self.currency) for part in share(self.amount, weights, self.currency)]

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def share(total: Decimal, weights: Sequence[Decimal], currency: str = "CNY") -> list[Decimal]:
    """Share a total over weights: each part is rounded, together they are exactly the total.

    Part i is what the first i+1 weights deserve together less what was given before, so no part is more than one
    coin away from its exact share and the order of the lines decides where the odd coin goes. Weights that sum to
    nothing share evenly.
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    parts: list[Decimal] = []
    seen = given = Decimal(0)
    for weight in weights:
        seen += weight
        due = rounded(total * seen / whole, currency)
        parts.append(due - given)
        given = due
    return parts


def portion(total: Decimal, whole: Decimal, before: Decimal, after: Decimal, currency: str = "CNY") -> Decimal:
    """The part of a total that belongs to going from ``before`` to ``after`` of ``whole``.

    Portions of successive steps add up to exactly the total when the whole is reached: a line shipped or invoiced
    in three parts costs what it would have cost in one.
    """
    if not whole:
        return Decimal(0)
    return rounded(total * after / whole, currency) - rounded(total * before / whole, currency)
