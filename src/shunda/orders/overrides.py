"""Warnings that ask for a reason before an order is submitted, and what makes one the same as another. Pure.

A warning is known by its mark: its code and what it is about. What changes by itself (stock, exposure, dates of
supply) is no part of the mark; what somebody typed (quantity, price, article) is, so a new warning asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shunda.credit.reasons import OVER_LIMIT
from shunda.orders import reasons as why
from shunda.orders.checks import Finding

ASKS = frozenset(
    reason.code
    for reason in (
        why.DUPLICATE, why.SAME_REFERENCE, why.CUSTOMER_DIFFERS, why.UNDER_FLOOR, why.FREE_OF_CHARGE,
        why.NO_LIST_PRICE, why.BELOW_LIST, why.TERMS_DIFFER, why.SHORT, why.SHORT_NO_DATE, why.DATE_TIGHT,
        why.MADE_TOO_LATE, OVER_LIMIT,
    )
)  # fmt: skip
"""The codes of warnings somebody has to answer for; the others are for the reviewers to know."""

ABOUT = ("sku", "wanted", "price", "order_id", "where", "value", "term", "date", "amount")
"""What is part of a mark, where a warning says it; ``where`` only when it is no line, since lines move."""


def mark(finding: Finding) -> str:
    """What a warning is known by."""
    said = [(name, str(finding.data[name])) for name in ABOUT if name in finding.data]
    kept = [f"{name}={value}" for name, value in said if not (name == "where" and value.startswith("lines."))]
    return "|".join([finding.code, *kept])


def asking(findings: Iterable[Finding], answered: Mapping[str, str]) -> dict[str, list[Finding]]:
    """The warnings nobody has answered for yet, by code; ``answered`` is mark -> reason."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.level != "ok" and finding.code in ASKS and mark(finding) not in answered:
            found.setdefault(finding.code, []).append(finding)
    return found
