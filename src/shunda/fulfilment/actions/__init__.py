"""What people and programs can do with shipments and carriers."""

from shunda.fulfilment.actions.carriers import create_carriers, edit_carriers
from shunda.fulfilment.actions.pack import pack, pick
from shunda.fulfilment.actions.plan import cancel, create
from shunda.fulfilment.actions.scan import finish_picking, scan, scan_together
from shunda.fulfilment.actions.ship import reverse, ship
from shunda.fulfilment.actions.sign import call, resolve, sign, tell
from shunda.fulfilment.actions.track import track

__all__ = [
    "call", "cancel", "create", "create_carriers", "edit_carriers", "finish_picking", "pack", "pick", "resolve",
    "reverse", "scan", "scan_together", "ship", "sign", "tell", "track",
]  # fmt: skip
