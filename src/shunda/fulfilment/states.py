"""The statuses of a shipment and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import Machine


class ShipmentStatus(TextChoices):
    """How far a shipment is."""

    PLANNED = "planned", _("to pick")
    PICKED = "picked", _("picked")
    PACKED = "packed", _("packed")
    SHIPPED = "shipped", _("shipped")
    SIGNED = "signed", _("signed")
    CANCELLED = "cancelled", _("cancelled")
    REVERSED = "reversed", _("reversed")


S = ShipmentStatus

SHIPMENT = Machine(
    "shipment",
    S,
    app="fulfilment",
    start=S.PLANNED,
    moves=[
        ("pick",    {S.PLANNED},                       S.PICKED,    _("Pick")),
        ("pack",    {S.PICKED},                        S.PACKED,    _("Pack")),
        ("ship",    {S.PACKED},                        S.SHIPPED,   _("Ship")),
        ("sign",    {S.SHIPPED},                       S.SIGNED,    _("Record receipt")),
        ("cancel",  {S.PLANNED, S.PICKED, S.PACKED},   S.CANCELLED, _("Cancel shipment")),
        ("reverse", {S.SHIPPED},                       S.REVERSED,  _("Reverse wrong shipment")),
        ("tell",    {S.SHIPPED, S.SIGNED},             None,        _("Customer told")),
        ("call",    {S.SIGNED},                        None,        _("Customer called")),
        ("track",   {S.SHIPPED, S.SIGNED, S.REVERSED}, None,        _("Record tracking")),
        ("resolve", {S.SHIPPED},                       None,        _("Customer contacted about trouble")),
    ],
)  # fmt: skip
