"""What a cell of a decision table can ask of a fact, as people type it: ``>= 50000``, ``2万..5万``, ``not a, b``.

Pure. ``parse`` gives the condition, or ``None`` for an empty cell, which every fact meets. A condition knows whether a
value meets it (``met``), how people read it (``shown``) and how the rule engine is told (``expression``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Protocol

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shunda.core.money import plain
from shunda.policies import reasons
from shunda.policies.kinds import Invalid, Label

MOST_DIGITS = 15
"""Numbers of the engine keep so many digits; more are refused rather than rounded."""

_BETWEEN = re.compile(r"[,，、;；]+")
_NUMBER = r"(-?[0-9][0-9,_ ]*(?:\.[0-9]+)?\s*[万亿]?)"
_RANGE = re.compile(rf"{_NUMBER}\s*(?:\.\.|~|～|—|至|到|–)\s*{_NUMBER}")
_COMPARED = re.compile(rf"(>=|<=|≥|≤|>|<|＞|＜|=)?\s*{_NUMBER}")
_NOT = re.compile(r"(?:not\s+|!\s*|非|除)", re.IGNORECASE)
_SIGNS = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<"}
_UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers between two ends; ``None`` is no end, an open end does not belong to it."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    def has(self, value: Decimal) -> bool:
        """Whether the number lies within."""
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        return above and (self.high is None or (value < self.high if self.high_open else value <= self.high))

    @property
    def text(self) -> str:
        """As people type it."""
        if self.low is not None and self.low == self.high:
            return plain(self.low)
        if self.low is not None and self.high is not None:
            return f"{plain(self.low)}..{plain(self.high)}"
        if self.low is not None:
            return f"{'>' if self.low_open else '>='} {plain(self.low)}"
        assert self.high is not None
        return f"{'<' if self.high_open else '<='} {plain(self.high)}"

    @property
    def expression(self) -> str:
        """As the engine reads it."""
        if self.low is not None and self.low != self.high and self.high is not None:
            return f"[{plain(self.low)}..{plain(self.high)}]"
        return self.text


class Condition(Protocol):
    """What a cell asks."""

    @property
    def text(self) -> str:
        """The cell in its one proper form; parsing it again gives the same condition."""

    @property
    def expression(self) -> str:
        """As the engine reads it."""

    def met(self, value: Any) -> bool:
        """Whether a fact meets it."""


@dataclass(frozen=True)
class Within:
    """The number lies in one of these spans."""

    spans: tuple[Span, ...]

    def met(self, value: Any) -> bool:
        """Whether the number lies in one of them."""
        return any(span.has(value) for span in self.spans)

    @cached_property
    def text(self) -> str:
        """With commas between."""
        return ", ".join(span.text for span in self.spans)

    @cached_property
    def expression(self) -> str:
        """With commas between, which mean or."""
        return ", ".join(span.expression for span in self.spans)

    @property
    def marks(self) -> set[Decimal]:
        """Where the answer may change."""
        return {end for span in self.spans for end in (span.low, span.high) if end is not None}


@dataclass(frozen=True)
class OneOf:
    """The name is one of these, or none of them."""

    values: tuple[str, ...]
    none: bool = False

    def met(self, value: Any) -> bool:
        """Whether the name fits."""
        return (value in self.values) is not self.none

    @cached_property
    def text(self) -> str:
        """With commas between."""
        return ("not " if self.none else "") + ", ".join(self.values)

    @cached_property
    def expression(self) -> str:
        """A list of quoted names."""
        names = ", ".join(f'"{value}"' for value in self.values)
        return f"not ($ in [{names}])" if self.none else names


class Facts(Protocol):
    """A kind of fact: how conditions on it are typed, and which facts there are."""

    def parse(self, text: str) -> Condition | None:
        """The condition of a cell; raises ``Invalid``."""

    def show(self, condition: Condition) -> str:
        """The condition as people read it."""

    @property
    def hint(self) -> str:
        """What can be typed, in words."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Amounts, counts, shares: ``> 5``, ``5..10``, ``5万``; several with commas between are alternatives."""

    unit: Label = ""

    def parse(self, text: str) -> Within | None:
        """Refuses what is no comparison and no range, ends in the wrong order, and numbers of too many digits."""
        text = text.strip()
        if not text:
            return None
        thousands = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", text)
        return Within(tuple(self._span(part.strip()) for part in _BETWEEN.split(thousands) if part.strip()))

    def _span(self, text: str) -> Span:
        if found := _RANGE.fullmatch(text):
            low, high = _number(found[1]), _number(found[2])
            if low > high:
                raise Invalid(reasons.ENDS_SWAPPED, value=text)
            return Span(low, high)
        if not (found := _COMPARED.fullmatch(text)):
            raise Invalid(reasons.NO_CONDITION, value=text[:40])
        sign, number = _SIGNS.get(found[1] or "=", found[1] or "="), _number(found[2])
        return {
            ">": Span(low=number, low_open=True),
            ">=": Span(low=number),
            "<": Span(high=number, high_open=True),
            "<=": Span(high=number),
            "=": Span(number, number),
        }[sign]

    def show(self, condition: Condition) -> str:
        """With the signs of mathematics, and the unit."""
        text = condition.text.replace(">=", "≥").replace("<=", "≤").replace("..", " … ")
        return f"{text} {self.unit}".strip()

    @property
    def hint(self) -> str:
        """What can be typed."""
        return gettext("> 50000, <= 3, 10..20; several with commas between; empty: any")


def _number(text: str) -> Decimal:
    text = text.strip()
    unit = _UNITS.get(text[-1], Decimal(1))
    try:
        value = Decimal(re.sub(r"[,_ 万亿]", "", text)) * unit
    except InvalidOperation:
        raise Invalid(reasons.NO_CONDITION, value=text[:40]) from None
    if len(value.normalize().as_tuple().digits) > MOST_DIGITS or abs(value) >= Decimal(10) ** MOST_DIGITS:
        raise Invalid(reasons.TOO_MANY_DIGITS, value=text[:40], most=MOST_DIGITS)
    return value


Options = Sequence[tuple[str, Label]]


@dataclass(frozen=True)
class Names:
    """One of some names, or free codes where there are no options: ``a, b``, ``not a``. Labels are understood too."""

    options: Options | Callable[[], Options] = ()

    def parse(self, text: str) -> OneOf | None:
        """Refuses names that are not among the options, and characters no code has."""
        text = text.strip()
        if not text:
            return None
        none = _NOT.match(text)
        parts = [part.strip() for part in _BETWEEN.split(text[none.end() :] if none else text) if part.strip()]
        if not parts:
            raise Invalid(reasons.NO_CONDITION, value=text[:40])
        codes = dict.fromkeys(self._code(part) for part in parts)
        return OneOf(tuple(sorted(codes)), none is not None)

    def _code(self, text: str) -> str:
        known = self.known
        if not known:
            if re.search(r"[\"'`\\\n]", text):
                raise Invalid(reasons.NO_CONDITION, value=text[:40])
            return text
        if code := code_of(text, known.items()):
            return code
        raise Invalid(reasons.NOT_A_CHOICE, value=text[:40], choices=", ".join(str(label) for label in known.values()))

    @property
    def known(self) -> dict[str, Label]:
        """The options by code."""
        return dict(self.options() if callable(self.options) else self.options)

    def show(self, condition: Condition) -> str:
        """With the labels people know."""
        assert isinstance(condition, OneOf)
        known = self.known
        names = ", ".join(str(known.get(value, value)) for value in condition.values)
        return gettext("not %(names)s") % {"names": names} if condition.none else names

    @property
    def hint(self) -> str:
        """What can be typed."""
        known = self.known
        if not known:
            return gettext("One or several codes with commas between, “not” before them excludes; empty: any")
        names = ", ".join(str(label) for label in known.values())
        return gettext("%(names)s; several with commas between, “not” before them excludes; empty: any") % {
            "names": names
        }


def code_of(text: str, options: Iterable[tuple[str, Label]]) -> str | None:
    """The code of the option that is called so, by code or by label in any language."""
    wanted = text.casefold()
    return next((code for code, label in options if wanted in {code.casefold(), *labels_of(label)}), None)


def without_unit(text: str, unit: Label) -> str:
    """A figure without the unit people read behind it, in any language."""
    for said in labels_of(unit):
        if said and text.casefold().endswith(said):
            return text[: -len(said)].strip()
    return text


def labels_of(label: Label) -> set[str]:
    """A label in small letters in every language, so that a sheet written in one is read in the other."""
    said: set[str] = set()
    for language in ("zh-hans", "en"):
        with override(language):
            said.add(str(label).casefold())
    return said


YES, NO = "yes", "no"
YES_OR_NO = Names(((YES, _("yes")), (NO, _("no"))))
"""A fact that holds or not."""
