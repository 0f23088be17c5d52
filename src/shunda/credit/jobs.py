"""What time does to credit: raises begin and end, scores change."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shunda.core.actor import system
from shunda.credit import actions, scoring, steps
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


PIECE = 1000


def score_all(at: datetime) -> None:
    """Note the score of every customer with an account, some at a time.

    The short way of placed orders looks at it to know whom it has to look at; a decision computes it anew.
    """
    ids = list(CreditAccount.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), PIECE):
        with transaction.atomic():
            found = scoring.scores(ids[start : start + PIECE], at)
            steps.keep_scores({pk: score.points for pk, score in found.items()})


def propose_all(at: datetime) -> None:
    """Let the model propose grades and limits for every customer with an account, some at a time (R051)."""
    ids = list(CreditAccount.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), PIECE):
        with transaction.atomic():
            actions.propose_by_model(ids[start : start + PIECE], at=at)
