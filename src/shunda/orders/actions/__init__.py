"""The public writes: a batch in, an outcome (done, refused) out; one use case a file."""

from shunda.orders.actions.cancel import cancel
from shunda.orders.actions.close import archive, complete
from shunda.orders.actions.confirm import confirm
from shunda.orders.actions.create import clone, create
from shunda.orders.actions.edit import edit
from shunda.orders.actions.hold import HoldTerms, place_hold, prioritise, release_hold, release_holds
from shunda.orders.actions.override import override
from shunda.orders.actions.place import place
from shunda.orders.actions.remark import AttachmentSpec, attach, comment
from shunda.orders.actions.review import approve, send_back
from shunda.orders.actions.submit import submit, withdraw

__all__ = [
    "AttachmentSpec",
    "HoldTerms",
    "approve",
    "archive",
    "attach",
    "cancel",
    "clone",
    "comment",
    "complete",
    "confirm",
    "create",
    "edit",
    "override",
    "place",
    "place_hold",
    "prioritise",
    "release_hold",
    "release_holds",
    "send_back",
    "submit",
    "withdraw",
]
