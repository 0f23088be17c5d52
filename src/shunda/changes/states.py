"""The statuses of changes and of the voices they need."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.machine import Machine


class ChangeStatus(TextChoices):
    """How far a change is."""

    ASKED = "asked", pgettext_lazy("change", "to be decided")
    AGREED = "agreed", pgettext_lazy("change", "agreed, not made yet")
    APPLIED = "applied", pgettext_lazy("change", "made")
    REJECTED = "rejected", pgettext_lazy("change", "rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "withdrawn")


C = ChangeStatus
OPEN = (C.ASKED, C.AGREED)

CHANGE = Machine(
    "change",
    C,
    app="changes",
    start=C.ASKED,
    moves=[
        ("agree",    {C.ASKED},           C.AGREED,    _("Agree to the change")),
        ("apply",    {C.AGREED},          C.APPLIED,   _("Make the change")),
        ("sign",     {C.ASKED, C.AGREED}, None,        _("Keep the signed agreement")),
        ("reject",   {C.ASKED},           C.REJECTED,  _("Reject the change")),
        ("withdraw", {C.ASKED, C.AGREED}, C.WITHDRAWN, _("Withdraw the change")),
        ("tell",     {C.APPLIED},         None,        _("Customer told of the change")),
    ],
)  # fmt: skip


class VoiceStatus(TextChoices):
    """What somebody said to a change."""

    LATER = "later", pgettext_lazy("voice", "after the others")
    PENDING = "pending", pgettext_lazy("voice", "waiting")
    AGREED = "agreed", pgettext_lazy("voice", "agreed")
    REJECTED = "rejected", pgettext_lazy("voice", "rejected")
    DROPPED = "dropped", pgettext_lazy("voice", "no longer needed")


V = VoiceStatus

VOICE = Machine(
    "voice",
    V,
    app="changes",
    start=V.LATER,
    moves=[
        ("open",   {V.LATER},            V.PENDING,  _("Begin")),
        ("agree",  {V.PENDING},          V.AGREED,   _("Agree")),
        ("reject", {V.PENDING},          V.REJECTED, _("Reject")),
        ("drop",   {V.LATER, V.PENDING}, V.DROPPED,  _("Drop")),
    ],
)  # fmt: skip
