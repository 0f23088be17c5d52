"""Credit accounts for tests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shunda.core.actor import system
from shunda.credit import actions
from shunda.credit.models import CreditAccount
from shunda.credit.specs import LimitSpec
from shunda.customers.models import Customer

AT = datetime(2024, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def account(customer: Customer, limit: Decimal | int | str = 100_000, currency: str = "CNY") -> CreditAccount:
    """The customer may owe so much."""
    spec = LimitSpec(customer.pk, Decimal(limit), "agreed", currency)
    return actions.set_limits([spec], by=system(), at=AT).one()
