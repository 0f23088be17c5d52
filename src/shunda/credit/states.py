"""The statuses of temporary raises and of proposals, and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.machine import Machine


class RaiseStatus(TextChoices):
    """How far a temporary raise of a limit is."""

    ASKED = "asked", pgettext_lazy("raise", "to be decided")
    APPROVED = "approved", pgettext_lazy("raise", "approved")
    REJECTED = "rejected", pgettext_lazy("raise", "rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("raise", "withdrawn")
    ENDED = "ended", pgettext_lazy("raise", "ended")


R = RaiseStatus

RAISE = Machine(
    "raise",
    R,
    app="credit",
    start=R.ASKED,
    moves=[
        ("approve",  {R.ASKED},    R.APPROVED,  _("Approve the raise")),
        ("reject",   {R.ASKED},    R.REJECTED,  _("Reject the raise")),
        ("withdraw", {R.ASKED},    R.WITHDRAWN, _("Withdraw the raise")),
        ("end",      {R.APPROVED}, R.ENDED,     _("End the raise")),
    ],
)  # fmt: skip
"""An approved raise counts between its two moments, whether or not anybody has ended it yet."""


class ProposalStatus(TextChoices):
    """What became of a proposed grade and limit."""

    PROPOSED = "proposed", pgettext_lazy("proposal", "to be decided")
    APPROVED = "approved", pgettext_lazy("proposal", "approved")
    REJECTED = "rejected", pgettext_lazy("proposal", "rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")


P = ProposalStatus

PROPOSAL = Machine(
    "proposal",
    P,
    app="credit",
    start=P.PROPOSED,
    moves=[
        ("approve",  {P.PROPOSED}, P.APPROVED,  _("Approve the proposal")),
        ("reject",   {P.PROPOSED}, P.REJECTED,  _("Reject the proposal")),
        ("withdraw", {P.PROPOSED}, P.WITHDRAWN, _("Withdraw the proposal")),
    ],
)  # fmt: skip
"""Decided by a second person: approving sets the grade and the limit."""
