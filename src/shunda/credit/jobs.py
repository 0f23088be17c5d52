"""What time does to credit: raises begin and end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shunda.core.actor import system
from shunda.credit import actions, steps
from shunda.credit.models import CreditAccount, LimitRaise
from shunda.credit.states import RaiseStatus


@transaction.atomic
def turn_raises(at: datetime) -> None:
    """Let raises begin and end whose moment has come, however late this runs; wishes nobody decided on lapse.

    Whether an order fits is judged by the moment and not by this job. What was confirmed stays.
    """
    over = LimitRaise.objects.filter(until__lte=at).order_by("pk")
    actions.end_raises(list(over.filter(status=RaiseStatus.APPROVED).values_list("pk", flat=True)), by=system(), at=at)
    actions.withdraw_raises(
        list(over.filter(status=RaiseStatus.ASKED).values_list("pk", flat=True)), by=system(), at=at
    )
    turned = CreditAccount.objects.filter(raised_until__lte=at)
    steps.recount(list(turned.values_list("pk", flat=True)), by=system(), at=at)
