"""The public writes: a batch in, an outcome (done, refused) out; one use case a file."""

from shunda.changes.actions.apply import apply, tell, withdraw
from shunda.changes.actions.decide import agree, reject
from shunda.changes.actions.request import request
from shunda.changes.actions.sign import SignSpec, sign

__all__ = ["SignSpec", "agree", "apply", "reject", "request", "sign", "tell", "withdraw"]
