"""What the actions of credit take."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """How much a customer may owe, in which currency, and why it is set."""

    customer_id: int
    limit: Decimal
    reason: str
    currency: str = "CNY"
