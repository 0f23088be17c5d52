"""Every kind of step that can wait for somebody: its name and the setting that limits it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Clock(Enum):
    """How the limit of a step is counted."""

    WORKING = "working"  # hours of the working calendar
    WALL = "wall"  # hours by the clock


ENTRY = "work.entry_to_signature_hours"
SHIPPING = "work.ship_after_receipt_days"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step. Without a ``limit`` (name of a setting, in hours) nothing says when it is due.

    ``whole`` is the setting that limits it instead where the company keeps one limit for several steps
    (``work.policy``): hours or working days from the receipt of the order, one clock over all of them (R199, R200).
    """

    name: str
    label: str | Promise
    limit: str | None = None
    clock: Clock = Clock.WORKING
    whole: str | None = None


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # what is done with an order, in the order it happens
        Kind("import.enter", _("Enter the orders of a file"), "work.entry_hours"),
        Kind("order.submit", _("Complete and submit the order"), "work.data_confirmed_hours", whole=ENTRY),
        Kind("order.revise", _("Revise what was sent back"), "work.data_confirmed_hours", whole=ENTRY),
        Kind("review.sales", _("Sales review"), "work.review_hours", whole=ENTRY),
        Kind("review.finance", _("Finance review"), "work.review_hours", whole=ENTRY),
        Kind("review.warehouse", _("Warehouse review"), "work.review_hours", whole=ENTRY),
        Kind("review.production", _("Production review"), "work.review_hours", whole=ENTRY),
        Kind("review.contract", _("Contract review"), "work.review_hours", whole=ENTRY),
        Kind("review.management", _("Top management's approval"), "work.review_hours", whole=ENTRY),
        Kind("order.confirm", _("Confirm the order"), "work.review_hours", whole=ENTRY),
        Kind("order.deliver", _("Promised delivery: agree with the customer in time"), clock=Clock.WALL),
        Kind("order.complete", _("Complete the order")),
        Kind("order.archive", _("Archive the order")),
        # what is done with changes of confirmed orders
        Kind("change.frontline", _("Decide on a small change"), "work.review_hours"),
        Kind("change.sales", _("Sales manager decides on a change"), "work.review_hours"),
        Kind("change.finance", _("Finance decides on a change"), "work.review_hours"),
        Kind("change.warehouse", _("Warehouse decides on a change"), "work.review_hours"),
        Kind("change.production", _("Production decides on a change"), "work.review_hours"),
        Kind("change.contract", _("Contracts decide on a change"), "work.review_hours"),
        Kind("change.management", _("Top management decides on a change"), "work.review_hours"),
        Kind("change.rnd", _("Research and development names a day"), "work.review_hours"),
        Kind("change.sign", _("Have the change agreement signed")),
        Kind("change.apply", _("Make the change"), "work.data_confirmed_hours"),
        Kind("change.tell", _("Tell the customer that it is changed"), "work.tell_customer_hours", Clock.WALL),
        # what customers ask for behind their links
        Kind("customer.wish", _("Answer what the customer asks for"), "work.review_hours"),
        # what is done with goods
        Kind("shipment.create", _("Plan the shipment"), "work.shipping_hours", whole=SHIPPING),
        Kind("shipment.pick", _("Pick"), "work.packing_hours", whole=SHIPPING),
        Kind("shipment.pack", _("Pack"), "work.packing_hours", whole=SHIPPING),
        Kind("shipment.ship", _("Ship"), "work.shipping_hours", whole=SHIPPING),
        Kind("shipment.sign", _("Get the receipt signed")),
        Kind(
            "shipment.confirm",
            _("Delivered: confirm the receipt with the customer"),
            "work.call_after_delivery_hours",
            Clock.WALL,
        ),
        Kind("shipment.resolve", _("Trouble on the way: contact the customer")),
        Kind("shipment.tell", _("Tell the customer that it is shipped"), "work.tell_customer_hours", Clock.WALL),
        Kind("shipment.call", _("Call the customer after delivery"), "work.call_after_delivery_hours", Clock.WALL),
        # what regions do; it is due at a moment of its own
        Kind("plan.file", _("File next month's demand plan"), clock=Clock.WALL),
        # what is done with assessments; they have no limit, so that a late decision makes no case of its own
        Kind("assessment.notify", _("Look at a case and tell the person")),
        Kind("assessment.decide", _("Decide a case")),
        Kind("assessment.review", _("Decide on an appeal")),
        # what is done with money
        Kind("payment.await", _("Payment is awaited")),
        Kind("payment.match", _("Match the payment")),
        Kind("invoice.create", _("Make out the invoice")),
        Kind("invoice.issue", _("Issue the invoice")),
        Kind("settlement.confirm", _("Confirm the settlement")),
        Kind("credit.raise", _("Decide on a temporary raise of a limit")),
        Kind("credit.proposal", _("Decide on a proposed grade and limit")),
    )
}
"""By name, in the order the worklist shows them."""

CONFIRMING = ("order.confirm",)
SHIPPING_STEPS = ("shipment.create", "shipment.pick", "shipment.pack", "shipment.ship")
HALTED = frozenset((*CONFIRMING, *SHIPPING_STEPS))
"""Steps whose clocks stand by themselves while their order waits for somebody's answer."""

NOTES: dict[str, str | Promise] = {
    "unknown-year": _("no deadline: the working days of that year are not known"),
}
"""Why a step has no due time."""

OUTCOMES: dict[str, str | Promise] = {"done": _("done"), "dropped": _("no longer needed")}
"""How a step ended."""


def label_of(kind: str) -> str:
    """The step as people read it; one that is no longer declared by its name."""
    return str(KINDS[kind].label) if kind in KINDS else kind
