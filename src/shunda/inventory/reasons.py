"""Every refusal stock can give."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

REASON_LENGTH = 200
"""The longest reason a stock movement keeps."""

SHORT = Reason(
    "inventory.short",
    _(
        "%(sku)s: %(wanted)s wanted, %(available)s available in %(warehouse)s. "
        "Reduce the quantity, choose another warehouse or wait for stock."
    ),
)
NOT_RESERVED = Reason(
    "inventory.not-reserved",
    _("%(sku)s: %(wanted)s to be issued, only %(reserved)s locked for it. Lock stock for the rest first."),
)
NOT_ISSUED = Reason(
    "inventory.not-issued",
    _("%(sku)s: %(wanted)s to be taken back, only %(issued)s were issued."),
)
NOT_OPEN = Reason(
    "inventory.not-open",
    _("%(sku)s: %(wanted)s to be cancelled, only %(open)s are still open. What was issued comes back as a return."),
)
UNKNOWN_SKU = Reason("inventory.unknown-sku", _("Line %(line)s: there is no such SKU. Check the code."))
UNKNOWN_WAREHOUSE = Reason(
    "inventory.unknown-warehouse", _("Line %(line)s: there is no such warehouse. Choose one from the list.")
)
WAREHOUSE_CLOSED = Reason(
    "inventory.warehouse-closed",
    _("Line %(line)s: warehouse %(warehouse)s is closed. Choose another one or open it again."),
)
NOT_POSITIVE = Reason(
    "inventory.not-positive", _("Line %(line)s: the quantity of %(sku)s must be more than 0, not %(quantity)s.")
)
NEGATIVE_COUNT = Reason(
    "inventory.negative-count", _("Line %(line)s: %(sku)s cannot be counted as %(quantity)s. Enter 0 or more.")
)
NO_CHANGE = Reason("inventory.no-change", _("Line %(line)s: an adjustment of 0 changes nothing."))
FRACTION = Reason(
    "inventory.fraction",
    _("Line %(line)s: %(sku)s is kept in %(unit)s with %(decimals)s decimals, %(quantity)s does not fit."),
)
TOO_MUCH = Reason(
    "inventory.too-much", _("Line %(line)s: %(quantity)s of %(sku)s is more than %(most)s. Check the quantity.")
)
NO_CONVERSION = Reason(
    "inventory.no-conversion",
    _("Line %(line)s: %(sku)s is not kept in this unit. Enter it in %(unit)s or declare the conversion."),
)
NO_REASON = Reason("inventory.no-reason", _("Line %(line)s: say why the stock of %(sku)s changes."))
BELOW_LOCKED = Reason(
    "inventory.below-locked",
    _(
        "%(sku)s in %(warehouse)s: %(on_hand)s would be left, but %(locked)s are locked for %(count)s orders. "
        "Release or move those orders first."
    ),
)
NOT_ON_HAND = Reason(
    "inventory.not-on-hand",
    _("%(sku)s in %(warehouse)s: only %(on_hand)s are on hand, %(wanted)s cannot be taken away."),
)
COUNTED_TWICE = Reason(
    "inventory.counted-twice", _("Line %(line)s: %(sku)s in %(warehouse)s is counted twice. Add the counts up.")
)
COUNT_STALE = Reason(
    "inventory.count-stale",
    _(
        "Line %(line)s: %(sku)s had %(yours)s on hand when it was counted and has %(now)s now. "
        "Check the count and enter it again."
    ),
)
SAME_WAREHOUSE = Reason(
    "inventory.same-warehouse", _("Line %(line)s: %(sku)s would be moved from %(warehouse)s to itself.")
)
UNKNOWN_SUPPLY = Reason(
    "inventory.unknown-supply", _("Line %(line)s: nothing of the kind is announced. Receive it without announcement.")
)
WRONG_SUPPLY = Reason(
    "inventory.wrong-supply",
    _("Line %(line)s: another SKU or warehouse was announced under this entry. Choose the entry of %(sku)s."),
)
OVER_SUPPLY = Reason(
    "inventory.over-supply",
    _("%(sku)s: %(wanted)s is more than the %(open)s still on the way. Book the rest as a receipt of its own."),
)
CLOSED_SUPPLY = Reason("inventory.closed-supply", _("%(sku)s: nothing of this is still on the way."))
NOT_A_TRANSFER = Reason(
    "inventory.not-a-transfer", _("%(sku)s is announced from outside and never left a warehouse. Cancel it instead.")
)
CLOSED_WHY = Reason("inventory.closed-why", _("%(sku)s: say why it will not arrive."))
TRANSFER_APART = Reason(
    "inventory.transfer-apart",
    _("Line %(line)s: a transfer is not announced. Send %(sku)s from its warehouse instead."),
)
PAST_DATE = Reason("inventory.past-date", _("Line %(line)s: %(date)s has passed. Enter when the goods are expected."))
TOO_MANY_LINES = Reason("inventory.too-many-lines", _("%(lines)s lines are more than %(most)s. Split the document."))
CODE_TAKEN = Reason("inventory.code-taken", _("Warehouse code %(code)s is already in use. Choose another one."))
REQUIRED = Reason("inventory.required", _("%(field)s is missing."))
NEVER_STOCKED = Reason(
    "inventory.never-stocked",
    _("Line %(line)s: the warehouse never had this SKU. Its location is named when it is received."),
)
TOO_LONG = Reason("inventory.too-long", _("%(field)s is longer than %(most)s characters. Shorten it."))
UNKNOWN_REGION = Reason("inventory.unknown-region", _("There is no such region. Choose one from the list."))
STILL_STOCKED = Reason(
    "inventory.still-stocked",
    _("Warehouse %(warehouse)s still holds or expects stock of %(count)s SKUs. Move it away before closing."),
)
