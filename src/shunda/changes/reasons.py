"""Why a change is refused; every sentence says what, where and how to mend it."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

NOTHING = Reason("changes.nothing", _("Nothing is different: change something first."))
REASON_REQUIRED = Reason("changes.reason-required", _("Say why: the reason is empty."))
REASON_TOO_LONG = Reason("changes.reason-too-long", _("The reason is longer than %(limit)s characters."))
KIND = Reason("changes.kind", _("“%(value)s” is no kind of change."))
CHANNEL = Reason("changes.channel", _("“%(value)s” is no way in which customers ask for changes."))
FIELD = Reason("changes.field", _("“%(field)s” cannot be changed on a confirmed order."))
ASKED_LATER = Reason("changes.asked-later", _("The customer cannot have asked in the future: correct the time."))
OPEN_ALREADY = Reason(
    "changes.open-already", _("Change %(number)s of this order is not decided yet: decide or withdraw it first.")
)
TWICE = Reason("changes.twice", _("The same order is in the list twice: put both into one change."))
LINE_TWICE = Reason("changes.line-twice", _("Line %(line)s is changed twice."))
NO_LINE = Reason("changes.no-line", _("The order has no line %(line)s."))
SHIPPED = Reason(
    "changes.shipped",
    _("Line %(line)s: %(shipped)s of %(sku)s have left; what has been shipped stays. Order at least that much."),
)
UNIT_BROKEN = Reason(
    "changes.unit-broken",
    _("Line %(line)s: the %(shipped)s of %(sku)s that have left are no whole number of its unit; ship the rest of it."),
)
PRICE_SHIPPED = Reason(
    "changes.price-shipped",
    _("Line %(line)s: of %(sku)s something has left at the agreed price. Reduce the line to that and add a new one."),
)
WORTH_TAX = Reason(
    "changes.worth-tax",
    _(
        "Line %(line)s: the tax of what is invoiced of %(sku)s would come to %(after)s instead of %(before)s. Credit"
        " the invoice first, or change the quantity by a little more or less."
    ),
)
WORTH = Reason(
    "changes.worth",
    _(
        "Line %(line)s: what is signed for or invoiced of %(sku)s would come to %(after)s instead of %(before)s. "
        "Credit the invoice first, or leave the discount of the order as it is."
    ),
)
FREIGHT_SHIPPED = Reason("changes.freight-shipped", _("Goods have left, so the freight stays as it is."))
UNDER_WAY = Reason(
    "changes.under-way",
    _("Shipment %(shipments)s goes to the old address. Have it called off, or wait until it is signed for."),
)
NO_OPEN_SHIPMENT = Reason(
    "changes.no-open-shipment",
    _("There is no shipment that has not left: the carrier is chosen when one is planned."),
)
FROZEN = Reason(
    "changes.configuration-frozen",
    _("Line %(line)s: the configuration of %(sku)s is frozen since the confirmation. File a product change request."),
)
PRODUCT_ONLY = Reason(
    "changes.product-only", _("A product change request changes configurations alone; ask for the rest in a change.")
)
PRODUCT_SHIPPED = Reason(
    "changes.product-shipped", _("Line %(line)s: of %(sku)s something has left; its configuration stays.")
)
NOTHING_LEFT = Reason("changes.nothing-left", _("Nothing would be left of the order: cancel it instead."))
NOTHING_OPEN = Reason("changes.nothing-open", _("Everything has been shipped: there is nothing to close or cancel."))
CLOSE_NOTHING_SHIPPED = Reason(
    "changes.close-nothing-shipped", _("Nothing has been shipped: cancel the order instead of closing it short.")
)
FEWER_THAN_INVOICED = Reason(
    "changes.fewer-than-invoiced",
    _("%(invoiced)s are invoiced, the order would come to %(gross)s. Credit the invoice first."),
)

NOT_YOURS = Reason("changes.not-yours", _("You do not decide as %(role)s; ask a colleague who does."))
OWN_CHANGE = Reason("changes.own", _("You asked for change %(number)s yourself; somebody else must decide."))
REMARK_REQUIRED = Reason("changes.remark-required", _("Say why you reject it: the remark is empty."))
READY_REQUIRED = Reason("changes.ready-required", _("Say when the changed product will be ready."))
READY_PAST = Reason("changes.ready-past", _("The day when the product is ready is past."))
NOT_SIGNED = Reason(
    "changes.not-signed", _("The customer has to sign the change agreement first: print it, and keep the signed copy.")
)
ALREADY_TOLD = Reason("changes.already-told", _("The customer was told already."))

# why the customer signs (R169); kept with the change
LATER = Reason("changes.later", _("promised for %(after)s instead of %(before)s"))
DEARER = Reason("changes.dearer", _("line %(line)s: %(sku)s costs %(after)s instead of %(before)s"))
LESS_DISCOUNT = Reason("changes.less-discount", _("order discount %(after)s instead of %(before)s"))
MORE_FREIGHT = Reason("changes.more-freight", _("freight %(after)s instead of %(before)s"))
