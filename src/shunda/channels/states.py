"""The statuses of an import run and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import Machine


class RunStatus(TextChoices):
    """How far a file is on its way in."""

    RECEIVED = "received", _("being read")
    CHECKED = "checked", _("checked")
    BOOKING = "booking", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("not readable")
    DISCARDED = "discarded", _("discarded")


S = RunStatus

RUN = Machine(
    "import",
    S,
    app="channels",
    start=S.RECEIVED,
    moves=[
        ("check",   {S.RECEIVED},             S.CHECKED,   _("Check")),
        ("fail",    {S.RECEIVED},             S.FAILED,    _("Give up")),
        ("start",   {S.CHECKED},              S.BOOKING,   _("Import")),
        ("resume",  {S.BOOKING},              None,        _("Go on")),
        ("finish",  {S.BOOKING},              S.DONE,      _("Finish")),
        ("discard", {S.CHECKED, S.FAILED},    S.DISCARDED, _("Discard")),
    ],
)  # fmt: skip
