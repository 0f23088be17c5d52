"""Why something about money is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason, per_field
from shunda.customers.models import Customer

UNKNOWN_CUSTOMER = Reason(
    "billing.customer", _("There is no such customer, or it is outside your area: choose one from the list.")
)
BAD_AMOUNT = Reason(
    "billing.amount", _("“%(amount)s” is no amount of %(currency)s: give a number above 0, to the smallest coin.")
)
BAD_METHOD = Reason("billing.method", _("“%(method)s” is no payment method."))
BAD_CURRENCY = Reason("billing.currency", _("“%(currency)s” is no currency: write the three letters, such as CNY."))
IN_THE_FUTURE = Reason("billing.future", _("A payment cannot have been received in the future: correct the date."))
TOO_LONG = Reason("billing.too-long", _("At most %(most)s characters fit here: shorten it."))
SAME_REFERENCE = Reason(
    "billing.same-reference",
    _(
        "The bank reference %(reference)s of this customer is already recorded (%(payment)s). "
        "Confirm that this is another payment, or leave it out."
    ),
)
REASON_NEEDED = Reason("billing.reason-needed", _("Say why (at most 200 characters)."))
TWICE = Reason("billing.twice", _("The same document is in the list twice: send it once."))

NOTHING_TO_MATCH = Reason(
    "billing.nothing-to-match",
    _("Nothing of this customer is open that payment %(payment)s could pay: choose an order."),
)
MATCHED_WHOLE = Reason("billing.matched-whole", _("Payment %(payment)s is matched already, nothing is left of it."))
OVER_PAYMENT = Reason(
    "billing.over-payment",
    _("%(amount)s is more than the %(left)s left of payment %(payment)s: match less."),
)
OVER_OPEN = Reason("billing.over-open", _("%(amount)s is more than the %(open)s open of %(document)s: match less."))
NOT_OPEN = Reason("billing.not-open", _("%(document)s is paid already, nothing is open."))
NOT_PAYABLE = Reason(
    "billing.not-payable", _("Order %(order)s is “%(status)s”: it is paid from its approval until it is completed.")
)
OTHER_CUSTOMER = Reason("billing.other-customer", _("%(document)s belongs to another customer than the payment."))
OTHER_CURRENCY = Reason(
    "billing.other-currency", _("%(document)s is in %(currency)s, the payment in %(payment)s: they do not mix.")
)
NO_TARGET = Reason("billing.no-target", _("There is no such order or issued invoice: choose one from the list."))
STILL_MATCHED = Reason(
    "billing.still-matched", _("%(matched)s of payment %(payment)s is matched: take the match back first.")
)
NOTHING_MATCHED = Reason("billing.nothing-matched", _("Nothing of payment %(payment)s is matched there."))
ORDER_CLOSED = Reason("billing.order-closed", _("Order %(order)s is “%(status)s”: its money can no longer be changed."))

NOT_CONFIRMED = Reason(
    "billing.not-confirmed", _("Order %(order)s is “%(status)s”: only confirmed orders are invoiced.")
)
NO_INVOICE_WANTED = Reason(
    "billing.no-invoice-wanted", _("Order %(order)s asks for no invoice: choose the kind if it is wanted after all.")
)
BAD_KIND = Reason("billing.kind", _("“%(kind)s” is no kind of invoice."))
DRAFT_EXISTS = Reason(
    "billing.draft-exists", _("Order %(order)s has the draft %(invoice)s already: issue it or cancel it first.")
)
NOTHING_TO_INVOICE = Reason(
    "billing.nothing-to-invoice", _("Everything that is shipped of order %(order)s is invoiced already.")
)
HELD = Reason("billing.held", _("Order %(order)s must not be invoiced: %(reason)s. Have the hold released first."))
NO_LINE = Reason("billing.no-line", _("Line %(line)s does not belong to %(document)s."))
BAD_QUANTITY = Reason(
    "billing.quantity",
    _("Line %(line_no)s (%(sku)s): “%(quantity)s” is no quantity; give a number above 0 with %(decimals)s decimals."),
)
OVER_SHIPPED = Reason(
    "billing.over-shipped",
    _("Line %(line_no)s (%(sku)s): %(wanted)s wanted, but only %(left)s is shipped and not yet invoiced."),
)
DRAFT_OUTDATED = Reason(
    "billing.draft-outdated",
    _(
        "Since draft %(invoice)s was made, shipments or invoices of order %(order)s changed. "
        "Cancel the draft and make a new one."
    ),
)
TAX_NUMBER_TAKEN = Reason(
    "billing.tax-number-taken", _("The invoice number %(tax_number)s is already on invoice %(invoice)s.")
)

BUYER_FIELDS = ("name", "credit_code", "registered_address", "phone", "bank", "bank_account")
BUYER_LACKS = per_field(
    "billing.buyer",
    _("A special VAT invoice needs the buyer’s {field}: enter it at the customer %(customer)s."),
    Customer,
    BUYER_FIELDS,
)
"""What a special VAT invoice must say about the buyer (R044); the field -> the reason that it is missing."""

OVER_INVOICE = Reason(
    "billing.over-invoice",
    _("Line %(line_no)s (%(sku)s): %(wanted)s to be credited, but only %(left)s of the invoice is left."),
)
NOTHING_TO_CREDIT = Reason(
    "billing.nothing-to-credit", _("Nothing of invoice %(invoice)s is left to credit, or nothing was chosen.")
)

OWN_ORDER = Reason(
    "billing.own-order", _("Order %(order)s is your own: somebody else decides what of its deposit is given back.")
)
