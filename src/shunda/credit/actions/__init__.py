"""The writes of credit: limits, temporary raises, proposals of grades and limits."""

from shunda.credit.actions.limits import set_limits
from shunda.credit.actions.proposals import (
    approve_proposals,
    propose,
    propose_by_model,
    reject_proposals,
    withdraw_proposals,
)
from shunda.credit.actions.raises import approve_raises, ask_raises, end_raises, reject_raises, withdraw_raises

__all__ = [
    "approve_proposals",
    "approve_raises",
    "ask_raises",
    "end_raises",
    "propose",
    "propose_by_model",
    "reject_proposals",
    "reject_raises",
    "set_limits",
    "withdraw_proposals",
    "withdraw_raises",
]
