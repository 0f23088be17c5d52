"""Why something about a shipment is refused."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason, per_field
from shunda.fulfilment.models import Carrier

NOT_CONFIRMED = Reason(
    "fulfilment.not-confirmed", _("Order %(order)s is “%(status)s”: only confirmed orders are shipped.")
)
NOTHING_TO_SHIP = Reason(
    "fulfilment.nothing-to-ship",
    _("Nothing of order %(order)s is reserved and not yet in a shipment: wait for stock, or look at its shipments."),
)
NO_LINE = Reason("fulfilment.no-line", _("Line %(line)s does not belong to %(document)s."))
BAD_QUANTITY = Reason(
    "fulfilment.quantity",
    _("Line %(line_no)s (%(sku)s): “%(quantity)s” is no quantity; give a number above 0 with %(decimals)s decimals."),
)
OVER_REMAINING = Reason(
    "fulfilment.over-remaining",
    _("Line %(line_no)s (%(sku)s): %(wanted)s wanted, but only %(left)s is left to ship."),
)
OVER_RESERVED = Reason(
    "fulfilment.over-reserved",
    _("Line %(line_no)s (%(sku)s): %(wanted)s wanted, but only %(reserved)s is reserved. Ship less or wait for stock."),
)
UNKNOWN_CARRIER = Reason("fulfilment.carrier-unknown", _("There is no such carrier: choose one from the list."))
CARRIER_INACTIVE = Reason("fulfilment.carrier-inactive", _("%(carrier)s is no longer used: choose another carrier."))
UNKNOWN_MODE = Reason("fulfilment.mode-unknown", _("“%(mode)s” is no transport mode."))
TOO_LONG = Reason("fulfilment.too-long", _("At most %(most)s characters fit here: shorten it."))
TWICE = Reason("fulfilment.twice", _("The same shipment is in the list twice: send it once."))

STANDS_PICKED = Reason(
    "fulfilment.stands-picked",
    _(
        "Line %(line)s: %(quantity)s of %(sku)s more are picked or shipped than the change leaves (%(shipments)s). "
        "Have those shipments called off first."
    ),
)

BAD_PICK = Reason(
    "fulfilment.picked",
    _(
        "Line %(line_no)s (%(sku)s): “%(quantity)s” cannot be picked; "
        "give a number from 0 to %(most)s with %(decimals)s decimals."
    ),
)
SHORT_REASON = Reason(
    "fulfilment.short-reason",
    _("Line %(line_no)s (%(sku)s): %(short)s was not found. Say why (at most 200 characters)."),
)
NOTHING_PICKED = Reason(
    "fulfilment.nothing-picked", _("Nothing of shipment %(shipment)s was found: cancel the shipment instead.")
)
BAD_SCAN = Reason(
    "fulfilment.scan-quantity",
    _("%(sku)s: “%(quantity)s” is no quantity; give a number with %(decimals)s decimals that is not 0."),
)
UNKNOWN_CODE = Reason("fulfilment.unknown-code", _("“%(code)s” is no article we know: look at the label again."))
WRONG_ARTICLE = Reason(
    "fulfilment.wrong-article",
    _("%(sku)s %(name)s does not belong to shipment %(shipment)s: put it back."),
)
OVER_SCAN = Reason(
    "fulfilment.over-scan",
    _("%(sku)s: %(quantity)s more would be too many: %(wanted)s wanted, %(found)s scanned. Put the rest back."),
)
SAID_SHORT = Reason(
    "fulfilment.said-short",
    _("%(sku)s: %(short)s of it was reported missing. Take that back before you scan more."),
)
UNDER_SCAN = Reason(
    "fulfilment.under-scan", _("%(sku)s: %(quantity)s cannot be taken back, there is only %(counted)s.")
)
UNKNOWN_SHORT_REASON = Reason(
    "fulfilment.short-reason-unknown", _("%(sku)s: choose from the list why it was not found.")
)
NOTE_NEEDED = Reason(
    "fulfilment.short-note", _("%(sku)s: say in a few words why it was not found (at most %(most)s characters).")
)
NOT_ALL_SCANNED = Reason(
    "fulfilment.not-all-scanned",
    _("%(sku)s: %(left)s of %(wanted)s is neither scanned nor reported missing."),
)
BAD_WEIGHT = Reason("fulfilment.weight", _("The weight is a number of kilograms above 0 with at most 3 decimals."))
BAD_PARCELS = Reason("fulfilment.parcels", _("A shipment has from 1 to %(most)s parcels."))

CARRIER_NEEDED = Reason(
    "fulfilment.carrier-needed", _("Choose the carrier; only own delivery and customer pick-up go without one.")
)
TRACKING_NEEDED = Reason(
    "fulfilment.tracking-needed",
    _("Enter the carrier's tracking number; only own delivery and customer pick-up go without one."),
)
HELD = Reason("fulfilment.held", _("Order %(order)s must not be shipped: %(reason)s. Have the hold released first."))
NO_LONGER_RESERVED = Reason(
    "fulfilment.no-longer-reserved",
    _(
        "Line %(line_no)s (%(sku)s): %(wanted)s is packed, but only %(reserved)s is still reserved in the warehouse. "
        "Reserve it again or cancel the shipment."
    ),
)

WHICH_SHIPMENT = Reason(
    "fulfilment.which-shipment", _("Say which shipment: by the carrier's tracking number, or by our shipment number.")
)
UNKNOWN_TRACKING = Reason(
    "fulfilment.tracking-unknown",
    _(
        "No shipment that has left us travels under %(number)s. Compare the number, or tell it again when the "
        "shipment is booked out."
    ),
)
UNKNOWN_SHIPMENT = Reason("fulfilment.shipment-unknown", _("There is no shipment with the number %(number)s."))
UNKNOWN_TRACK_CODE = Reason(
    "fulfilment.track-code", _("“%(code)s” is no tracking status: use one of those in the documentation.")
)
NOT_YET = Reason(
    "fulfilment.track-future", _("The time %(at)s has not come yet: check the clock and the time zone it is told in.")
)
AGREED_NEEDED = Reason("fulfilment.agreed-needed", _("Say what was agreed with the customer (at most 200 characters)."))
NO_TROUBLE = Reason(
    "fulfilment.no-trouble", _("The carrier reports no trouble with shipment %(shipment)s: there is nothing to settle.")
)

SIGNER_NEEDED = Reason("fulfilment.signer-needed", _("Say who signed: a contact of the customer or a name."))
UNKNOWN_CONTACT = Reason("fulfilment.contact-unknown", _("There is no such contact of this customer."))
MAY_NOT_SIGN = Reason(
    "fulfilment.may-not-sign", _("%(contact)s may not sign for goods: choose a contact who may, or enter a name.")
)
DOES_NOT_ADD_UP = Reason(
    "fulfilment.does-not-add-up",
    _("Line %(line_no)s (%(sku)s): accepted, damaged and missing make %(total)s, but %(quantity)s was shipped."),
)
BAD_HANDED = Reason(
    "fulfilment.handed",
    _("Line %(line_no)s (%(sku)s): accepted, damaged and missing are numbers from 0 with %(decimals)s decimals."),
)
REMARK_NEEDED = Reason(
    "fulfilment.remark-needed",
    _("Goods or packing were not in order, or something was refused: say in the remark what was wrong."),
)
BAD_SIGNATURE = Reason("fulfilment.signature", _("The signature is no picture that was stored: sign again."))

REASON_NEEDED = Reason("fulfilment.reason-needed", _("Say why (at most 200 characters)."))
INVOICED = Reason(
    "fulfilment.invoiced",
    _(
        "Line %(line_no)s (%(sku)s): %(invoiced)s is invoiced, but only %(left)s would remain shipped. "
        "Credit the invoice first."
    ),
)
ORDER_CLOSED = Reason(
    "fulfilment.order-closed", _("Order %(order)s is “%(status)s”: its shipments can no longer be changed.")
)

CARRIER_FIELDS = {"code": 20, "name": 80, "phone": 30, "tracking_url": 200}
CARRIER_NEEDS = per_field("fulfilment.carrier-needs", _("“{field}” is needed: fill it in."), Carrier, ("code", "name"))
CARRIER_LONG = per_field(
    "fulfilment.carrier-long", _("“{field}” has at most %(most)s characters: shorten it."), Carrier, CARRIER_FIELDS
)
CODE_TAKEN = Reason("fulfilment.code-taken", _("There is already a carrier with the code %(code)s."))
BAD_TRACKING_PAGE = Reason(
    "fulfilment.tracking-page",
    _("The tracking page starts with https:// or http:// and has {number} where the tracking number goes."),
)
