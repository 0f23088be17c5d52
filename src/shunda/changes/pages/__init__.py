"""The pages of changes: asking for one with its impact, deciding, following one, and the revisions of an order."""

from shunda.changes.pages.ask import cancel, change, close, impact, product
from shunda.changes.pages.decide import agree, desk, reject, waiting
from shunda.changes.pages.detail import apply, detail, index, panel, revision, sign, tell, withdraw

__all__ = [
    "agree",
    "apply",
    "cancel",
    "change",
    "close",
    "desk",
    "detail",
    "impact",
    "index",
    "panel",
    "product",
    "reject",
    "revision",
    "sign",
    "tell",
    "waiting",
    "withdraw",
]
