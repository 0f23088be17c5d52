"""How amounts, quantities and times are written in each language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shunda.core.money import DIGITS

T = TypeVar("T")

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
"""Signs that name one currency to the reader; other currencies go by their code."""

NOTHING = "–"

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def amount(value: Decimal | None, currency: str = "CNY") -> str:
    """An amount with its currency's decimals and grouped thousands, without the sign: for columns of amounts."""
    return NOTHING if value is None else f"{value:,.{DIGITS.get(currency, 2)}f}"


def money(value: Decimal | None, currency: str = "CNY") -> str:
    """An amount with the sign or code of its currency: ¥1,234.50, JPY 1,235."""
    if value is None:
        return NOTHING
    sign = "-" if value < 0 else ""
    return f"{sign}{symbol(currency)}{amount(abs(value), currency)}"


def symbol(currency: str) -> str:
    """What stands before an amount of a currency."""
    return SYMBOLS.get(currency, f"{currency} ")


def quantity(value: Decimal | int | None) -> str:
    """A quantity without the zeros of its column: 12, 0.5, 1,200."""
    if value is None:
        return NOTHING
    whole, _dot, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def price(value: Decimal | None) -> str:
    """A unit price: at least two decimals, more only where it has them (R026: up to six)."""
    if value is None:
        return NOTHING
    whole, _dot, rest = f"{value:,f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def percent(value: Decimal | None) -> str:
    """A rate as per cent: 0.13 is 13%."""
    return NOTHING if value is None else f"{quantity(value * 100)}%"


def day(value: date | datetime | None) -> str:
    """A day: 2026-05-06 in Chinese tables, 6 May 2026 in English."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if chinese():
        return value.isoformat()
    return f"{value.day} {value:%b} {value.year}"


def moment(value: datetime | None) -> str:
    """A day and the time of day to the minute, in the company's time zone."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M}"


def filled(write: Callable[[T], str], value: T | None) -> str:
    """A value as it is written; empty where there is none, since paper leaves room for a hand: ``filled(day, due)``."""
    return "" if value is None else write(value)


def length(seconds: float) -> str:
    """A length of time in its one or two largest units: 2 d 3 h, 45 min."""
    minutes = int(abs(seconds)) // 60
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(_("%(n)s h") % {"n": hours})
    if minutes and not days:
        parts.append(_("%(n)s min") % {"n": minutes})
    return " ".join(parts) or _("less than a minute")


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (translation.get_language() or "").startswith("zh")


def cell(text: str) -> str:
    """A text as a CSV file holds it so that no spreadsheet takes it for a formula; negative numbers stay numbers."""
    is_number = re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text)
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text
