"""The statuses of orders and reviews, the moves between them, and the stage people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import Machine


class OrderStatus(TextChoices):
    """What people decided about an order."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    SENT_BACK = "sent_back", _("sent back")
    APPROVED = "approved", _("approved")
    CONFIRMED = "confirmed", _("confirmed")
    COMPLETED = "completed", _("completed")
    ARCHIVED = "archived", _("archived")
    CANCELLED = "cancelled", _("cancelled")


S = OrderStatus
EVERY: set[str] = set(S.values)
OPEN: set[str] = {S.DRAFT, S.SENT_BACK, S.IN_REVIEW, S.APPROVED, S.CONFIRMED}

ORDER = Machine(
    "order",
    S,
    app="orders",
    start=S.DRAFT,
    moves=[
        # move         from                                                           to            label
        ("edit",       {S.DRAFT, S.SENT_BACK},                                        None,         _("Edit")),
        ("submit",     {S.DRAFT, S.SENT_BACK},                                        S.IN_REVIEW,  _("Submit")),
        ("withdraw",   {S.IN_REVIEW, S.APPROVED},                                     S.DRAFT,      _("Withdraw")),
        ("send_back",  {S.IN_REVIEW},                                                 S.SENT_BACK,  _("Send back")),
        ("approve",    {S.IN_REVIEW},                                                 S.APPROVED,   _("Approve")),
        ("confirm",    {S.APPROVED},                                                  S.CONFIRMED,  _("Confirm")),
        ("change",     {S.CONFIRMED},                                                 None,         _("Change order")),
        ("complete",   {S.CONFIRMED},                                                 S.COMPLETED,  _("Complete")),
        ("archive",    {S.COMPLETED},                                                 S.ARCHIVED,   _("Archive")),
        ("cancel",     OPEN,                                                          S.CANCELLED,  _("Cancel order")),
        ("prioritise", OPEN,                                                          None,         _("Set priority")),
        ("hold",       OPEN,                                                          None,         _("Place hold")),
        ("release",    OPEN,                                                          None,         _("Release hold")),
        ("attach",     OPEN | {S.COMPLETED},                                          None,         _("Attach file")),
        ("comment",    EVERY,                                                         None,         _("Comment")),
    ],
)  # fmt: skip


class ReviewStatus(TextChoices):
    """What a department said."""

    LATER = "later", _("after the others")
    PENDING = "pending", _("waiting")
    APPROVED = "approved", _("approved")
    SENT_BACK = "sent_back", _("sent back")
    DROPPED = "dropped", _("no longer needed")


R = ReviewStatus

REVIEW = Machine(
    "review",
    R,
    app="orders",
    start=R.LATER,
    moves=[
        ("open",      {R.LATER},            R.PENDING,   _("Begin")),
        ("approve",   {R.PENDING},          R.APPROVED,  _("Approve")),
        ("send_back", {R.PENDING},          R.SENT_BACK, _("Send back")),
        ("drop",      {R.LATER, R.PENDING}, R.DROPPED,   _("Drop")),
    ],
)  # fmt: skip


class Stage(TextChoices):
    """What people read on an order (R152): derived from status, quantities and money, never typed in."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    SENT_BACK = "sent_back", _("sent back")
    TO_CONFIRM = "to_confirm", _("to confirm")
    TO_PAY = "to_pay", _("to pay")
    TO_SHIP = "to_ship", _("to ship")
    PARTLY_SHIPPED = "partly_shipped", _("partly shipped")
    SHIPPED = "shipped", _("shipped")
    SIGNED = "signed", _("signed")
    COMPLETED = "completed", _("completed")
    ARCHIVED = "archived", _("archived")
    CANCELLED = "cancelled", _("cancelled")


STEPPER = (
    Stage.DRAFT,
    Stage.IN_REVIEW,
    Stage.TO_CONFIRM,
    Stage.TO_PAY,
    Stage.TO_SHIP,
    Stage.SHIPPED,
    Stage.SIGNED,
    Stage.COMPLETED,
    Stage.ARCHIVED,
)
"""The way of an order where nothing goes wrong; the others are shown as one of these."""
