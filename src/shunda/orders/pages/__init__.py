"""The pages of orders: list, order page, entry form, review desk, archive, and the moves behind their buttons."""

from shunda.orders.pages.checks import checks
from shunda.orders.pages.desk import approve, desk, send_back
from shunda.orders.pages.detail import attachment, detail
from shunda.orders.pages.entry import clone, create, edit
from shunda.orders.pages.handing_in import reasons, submit_orders
from shunda.orders.pages.lists import archive_search, index
from shunda.orders.pages.moves import (
    archive,
    attach,
    cancel,
    comment,
    complete,
    confirm,
    hold,
    prioritise,
    release,
    withdraw,
)
from shunda.orders.pages.saving import save
from shunda.orders.pages.sheet import check, customer, discard, keep, paste, quote

__all__ = [
    "approve",
    "archive",
    "archive_search",
    "attach",
    "attachment",
    "cancel",
    "check",
    "checks",
    "clone",
    "comment",
    "complete",
    "confirm",
    "create",
    "customer",
    "desk",
    "detail",
    "discard",
    "edit",
    "hold",
    "index",
    "keep",
    "paste",
    "prioritise",
    "quote",
    "reasons",
    "release",
    "save",
    "send_back",
    "submit_orders",
    "withdraw",
]
