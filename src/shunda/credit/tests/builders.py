"""Credit accounts for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from shunda.core.actor import system
from shunda.credit import actions
from shunda.credit.models import CreditAccount, LimitRaise, Proposal
from shunda.credit.specs import LimitSpec, ProposalSpec, RaiseSpec
from shunda.customers.models import Customer

AT = datetime(2024, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def account(customer: Customer, limit: Decimal | int | str = 100_000, currency: str = "CNY") -> CreditAccount:
    """The customer may owe so much."""
    spec = LimitSpec(customer.pk, Decimal(limit), "agreed", currency)
    return actions.set_limits([spec], by=system(), at=AT).one()


def raise_asked(customer: Customer, amount: Decimal | int | str = 50_000, at: datetime = AT) -> LimitRaise:
    """Somebody asked that the customer may owe so much more for ten days, and nobody has decided yet."""
    spec = RaiseSpec(customer.pk, Decimal(amount), "a large project", at + timedelta(days=10))
    return actions.ask_raises([spec], by=system("laura"), at=at).one()


def proposed(customer: Customer, limit: Decimal | int | str = 200_000, grade: str = "B") -> Proposal:
    """Somebody proposed another grade and limit, and nobody has decided yet."""
    spec = ProposalSpec(customer.pk, "buys more every month", grade, Decimal(limit))
    return actions.propose([spec], by=system("laura"), at=AT).one()
