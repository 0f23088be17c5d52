"""How goods travel and where to: transport modes, and addresses as their language writes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TransportMode(models.TextChoices):
    """How goods travel (R138, R147): what an order wishes for, and how a shipment goes."""

    EXPRESS = "express", _("express")
    LTL = "ltl", _("part load")
    TRUCK = "truck", _("full truck")
    AIR = "air", _("air")
    OWN = "own", _("own delivery")
    PICKUP = "pickup", _("customer pick-up")


def written(*parts: str, country: str) -> str:
    """An address from its parts, the largest first: in Chinese from the province down, else from the street up."""
    said = list(dict.fromkeys(part for part in parts if part))  # 上海市上海市 is said once
    if any("一" <= c <= "鿿" for part in said for c in part):
        return "".join(said)
    return ", ".join(reversed(said)) + (f", {country}" if said and country != "CN" else "")
