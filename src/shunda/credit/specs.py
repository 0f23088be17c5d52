"""What the actions of credit take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """How much a customer may owe, in which currency, and why it is set."""

    customer_id: int
    limit: Decimal
    reason: str
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class RaiseSpec:
    """A customer may owe so much more until then, from now or from a later moment on, and why."""

    customer_id: int
    amount: Decimal
    reason: str
    until: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProposalSpec:
    """The grade and the limit a customer should have, and why; what is left out stays as it is."""

    customer_id: int
    reason: str
    grade: str | None = None
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Repayment:
    """What had to be paid in the time looked back on and how much of it was; what is late, and since which day."""

    due: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    oldest: date | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An issued invoice of which so much is unpaid, and until when it had to be paid."""

    id: int
    number: str
    amount: Decimal
    due: date | None
