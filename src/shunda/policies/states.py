"""The statuses of a version of a decision table and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.machine import Machine


class TableStatus(TextChoices):
    """How far a version is on its way to deciding."""

    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", pgettext_lazy("decision table", "to be published")
    PUBLISHED = "published", pgettext_lazy("decision table", "published")
    DROPPED = "dropped", pgettext_lazy("decision table", "dropped")


S = TableStatus

TABLE = Machine(
    "table",
    S,
    app="policies",
    start=S.DRAFT,
    moves=[
        ("edit",    {S.DRAFT},             None,        _("Edit")),
        ("propose", {S.DRAFT},             S.PROPOSED,  _("Propose")),
        ("return",  {S.PROPOSED},          S.DRAFT,     _("Give back")),
        ("publish", {S.PROPOSED},          S.PUBLISHED, _("Publish")),
        ("drop",    {S.DRAFT, S.PROPOSED}, S.DROPPED,   _("Drop")),
    ],
)  # fmt: skip
"""A published version never changes: the next one takes its place."""
