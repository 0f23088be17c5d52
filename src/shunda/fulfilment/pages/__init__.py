"""The pages of shipping: lists, one shipment, the moves of the warehouse and at the door, carriers, labels."""

from shunda.fulfilment.pages.carriers import carriers, create_carrier, edit_carrier
from shunda.fulfilment.pages.delivery import (
    call,
    cancel,
    resolve,
    reverse_shipment,
    ship,
    sign,
    signature,
    tell,
    track,
)
from shunda.fulfilment.pages.detail import detail, labels, order_panel
from shunda.fulfilment.pages.floor import find, finish, floor, pack_here, run, scans, ship_here, worker
from shunda.fulfilment.pages.lists import index, to_plan
from shunda.fulfilment.pages.warehouse import pack, pack_all, pick, pick_all, plan, plan_all

__all__ = [
    "call",
    "cancel",
    "carriers",
    "create_carrier",
    "detail",
    "edit_carrier",
    "find",
    "finish",
    "floor",
    "index",
    "labels",
    "order_panel",
    "pack",
    "pack_all",
    "pack_here",
    "pick",
    "pick_all",
    "plan",
    "plan_all",
    "resolve",
    "reverse_shipment",
    "run",
    "scans",
    "ship",
    "ship_here",
    "sign",
    "signature",
    "tell",
    "to_plan",
    "track",
    "worker",
]
