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

ORDER = Machine(
    "order",
    S,
    app="orders",
    start=S.DRAFT,
    moves=[
        # move        from                                                           to            label
        ("edit",      {S.DRAFT, S.SENT_BACK},                                        None,         _("Edit")),
        ("submit",    {S.DRAFT, S.SENT_BACK},                                        S.IN_REVIEW,  _("Submit for review")),
        ("withdraw",  {S.IN_REVIEW, S.APPROVED},                                     S.DRAFT,      _("Withdraw")),
        ("send_back", {S.IN_REVIEW},                                                 S.SENT_BACK,  _("Send back")),
        ("approve",   {S.IN_REVIEW},                                                 S.APPROVED,   _("Approve")),
        ("confirm",   {S.APPROVED},                                                  S.CONFIRMED,  _("Confirm")),
        ("complete",  {S.CONFIRMED},                                                 S.COMPLETED,  _("Complete")),
        ("archive",   {S.COMPLETED},                                                 S.ARCHIVED,   _("Archive")),
        ("cancel",    {S.DRAFT, S.SENT_BACK, S.IN_REVIEW, S.APPROVED, S.CONFIRMED},  S.CANCELLED,  _("Cancel order")),
    ],
)  # fmt: skip


class ReviewStatus(TextChoices):
    """What a department said."""

    PENDING = "pending", _("waiting")
    APPROVED = "approved", _("approved")
    SENT_BACK = "sent_back", _("sent back")
    DROPPED = "dropped", _("no longer needed")


R = ReviewStatus

REVIEW = Machine(
    "review",
    R,
    app="orders",
    start=R.PENDING,
    moves=[
        ("approve",   {R.PENDING}, R.APPROVED,  _("Approve")),
        ("send_back", {R.PENDING}, R.SENT_BACK, _("Send back")),
        ("drop",      {R.PENDING}, R.DROPPED,   _("Drop")),
    ],
)  # fmt: skip
