"""Why orders are refused, and what the system's own checks find; every sentence says what, where and how to mend it."""

from __future__ import annotations

from typing import Final

from django.db.models import CharField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason, per_field
from shunda.orders.models import HoldKind, Order

# --- entry: a draft may lack things, but it holds no nonsense -------------------------------------------------------

UNKNOWN_CUSTOMER = Reason(
    "orders.unknown-customer", _("There is no such customer, or the customer is outside your area.")
)
CHOICES: Final = (
    "kind", "channel", "priority", "payment_method", "invoice_kind", "warehouse", "term", "owner", "ship_country",
)  # fmt: skip
UNKNOWN_CHOICE = per_field("orders.choice", _("{field}: “%(value)s” is not one of the choices."), Order, CHOICES)
UNKNOWN_ADDRESS = Reason(
    "orders.unknown-address", _("This is no address of the customer. Choose one of its addresses.")
)
UNKNOWN_SKU = Reason("orders.unknown-sku", _("Line %(line)s: no article has the number “%(sku)s”. Check the number."))
INACTIVE_SKU = Reason(
    "orders.inactive-sku", _("Line %(line)s: %(sku)s is no longer sold. Choose another article or remove the line.")
)
UNKNOWN_UNIT = Reason(
    "orders.unknown-unit", _("Line %(line)s: %(sku)s is not sold by this unit; its unit is %(unit)s.")
)
QUANTITY_NOT_POSITIVE = Reason(
    "orders.quantity-not-positive", _("Line %(line)s: the quantity %(quantity)s must be more than zero.")
)
QUANTITY_FRACTION = Reason(
    "orders.quantity-fraction",
    _("Line %(line)s: %(quantity)s %(unit)s of %(sku)s is not possible; %(decimals)s decimal places are allowed."),
)
QUANTITY_TOO_LARGE = Reason(
    "orders.quantity-too-large",
    _("Line %(line)s: the quantity %(quantity)s is larger than the %(limit)s allowed. Check it for a typing error."),
)
TOO_MANY_LINES = Reason(
    "orders.too-many-lines", _("%(lines)s lines are more than the %(limit)s an order may have. Split the order.")
)
PRICE_WRONG = Reason(
    "orders.price-wrong",
    _("Line %(line)s: the price %(price)s must be a number of at least zero with at most six decimal places."),
)
RATE_WRONG = Reason(
    "orders.rate-wrong",
    _("Line %(line)s: the rate %(rate)s %% must be between 0 and 100 %% with at most two decimals."),
)
AMOUNT_WRONG = per_field(
    "orders.amount",
    _("{field}: %(amount)s must be a number of at least zero, no finer than the smallest coin of the currency."),
    Order,
    ("discount", "freight", "freight_tax_rate"),
)
DISCOUNT_TOO_LARGE = Reason(
    "orders.discount-too-large", _("The order discount %(discount)s is more than the goods cost (%(goods)s).")
)
AMOUNT_TOO_LARGE = Reason(
    "orders.amount-too-large", _("The amount is too large to be true. Check quantities and prices for typing errors.")
)
NOT_TYPED: Final = {"number", "status", "fingerprint", "currency", *CHOICES}
TOO_LONG = per_field(
    "orders.too-long",
    _("{field} is longer than the %(limit)s characters that are kept."),
    Order,
    [f.name for f in Order._meta.concrete_fields if isinstance(f, CharField) and f.name not in NOT_TYPED],
)
LINE_NOTE_TOO_LONG = Reason(
    "orders.line-note-too-long", _("Line %(line)s: the note is longer than %(limit)s characters.")
)
CURRENCY_WRONG = Reason(
    "orders.currency-wrong", _("“%(currency)s” is no currency: write the three letters, such as CNY.")
)
EXTERNAL_NUMBER_USED = Reason(
    "orders.external-number-used",
    _("The number %(external_number)s of this channel and shop already came in as order %(number)s."),
)
EXTERNAL_NUMBER_TWICE = Reason(
    "orders.external-number-twice",
    _("The number %(external_number)s of this channel and shop comes twice in this call."),
)

MAY_NOT_PLACE = Reason(
    "orders.may-not-place", _("You may not place orders at once. Ask an administrator for this permission.")
)

NOT_AUTO_CHANNEL = Reason(
    "orders.not-auto-channel", _("Orders that come by %(channel)s are approved by people, not by the system.")
)
NOT_AUTO_KIND = Reason(
    "orders.not-auto-kind",
    _("People approve this order (%(kind)s): it is of a special type, under a contract, or of the highest priority."),
)
NOT_AUTO_OTHER = Reason(
    "orders.not-auto-other", _("People approve this order: the system approves only where “%(where)s” is %(asked)s.")
)
NOT_AUTO = Reason("orders.not-auto", _("People approve this order: so says the table of what the system approves."))
NOT_AUTO_AMOUNT = Reason(
    "orders.not-auto-amount",
    _("The system approves orders up to %(limit)s CNY; this one comes to %(amount)s %(currency)s."),
)

ROW_WITHOUT_KEY = Reason(
    "orders.row-without-key",
    _("Give each row a “key”, or the whole file one in the header “Idempotency-Key”: so it can be sent again."),
)

# --- submission: complete, and within the company's policy ----------------------------------------------------------

NO_LINES = Reason("orders.no-lines", _("The order has no lines. Add at least one article."))
PRICE_MISSING = Reason(
    "orders.price-missing",
    _("Line %(line)s: %(sku)s has no price for this customer on this day. Enter a price or have one listed."),
)
UNDER_FLOOR = Reason(
    "orders.under-floor",
    _("Line %(line)s: %(sku)s sells for %(price)s after discounts, under the floor of %(floor)s. Raise the price."),
)
WANTED_PAST = Reason(
    "orders.wanted-past", _("The wanted delivery date %(date)s is past. Agree on a new one with the customer.")
)
WANTED_PAST_LINE = Reason(
    "orders.wanted-past-line", _("Line %(line)s: the wanted delivery date %(date)s is past. Agree on a new one.")
)
CUSTOMER_FROZEN = Reason(
    "orders.customer-frozen", _("The customer %(customer)s is frozen: %(reason)s Orders wait until it is released.")
)
PARAMETERS_MISSING = Reason(
    "orders.parameters-missing",
    _("Line %(line)s: %(sku)s of a special order needs its custom parameters (model, colour, size ...)."),
)


REQUIRABLE: Final = (
    "customer_name", "credit_code", "contact_name", "contact_phone", "ship_province", "ship_city", "ship_district",
    "ship_street", "ship_postcode", "receiver", "receiver_phone", "wanted_date", "contract_number", "region", "note",
)  # fmt: skip
REQUIRED = per_field("orders.required", _("Fill in “{field}” before the order is submitted."), Order, REQUIRABLE)
"""Field -> the reason that it is missing (R031, R032)."""

# --- reviews --------------------------------------------------------------------------------------------------------

NOT_REVIEWER = Reason("orders.not-reviewer", _("You do not review for %(department)s; ask a colleague who does."))
OWN_ORDER = Reason("orders.own-order", _("You entered order %(number)s yourself; somebody else must review it."))
OWN_SALE = Reason("orders.own-sale", _("Order %(number)s is your own sale; somebody else must review it."))
OWN_EDIT = Reason(
    "orders.own-edit",
    _("Order %(number)s was entered or changed by you or in your name; somebody else must review it."),
)
REMARK_REQUIRED = Reason("orders.remark-required", _("Say what sales has to change: the remark is empty."))
RESTOCK_REQUIRED = Reason(
    "orders.restock-required", _("Stock is short for order %(number)s: enter when it is expected back.")
)

NOT_DEPARTMENTS = Reason(
    "orders.not-departments", _("%(setting)s: “%(value)s” are no departments: write sales, finance, warehouse ...")
)

NOT_STAGES = Reason(
    "orders.not-stages", _("%(setting)s: “%(value)s” are no stages that can be left out, such as to_confirm, to_pay.")
)
NOT_PEOPLE = Reason(
    "orders.not-people", _("%(setting)s: “%(value)s” are no user names. Write them with commas between.")
)
NO_TEAM = Reason("orders.no-team", _("There is no active team with the code “%(value)s”."))
NO_PEOPLE = Reason("orders.no-people", _("Nobody in use has the user name %(value)s. Look it up among the users."))
NO_WAREHOUSE = Reason("orders.no-warehouse", _("No warehouse in use has the code %(value)s. Look it up among them."))
ALLOCATES_NOTHING = Reason(
    "orders.allocates-nothing", _("The row names neither a warehouse nor a salesperson. Name one.")
)

# --- confirmation, holds, cancellation, completion, archive ---------------------------------------------------------

ON_HOLD: dict[str, Reason] = {
    kind: Reason(
        f"orders.on-hold-{kind}", format_lazy(_("On hold ({kind}): %(reason)s Release it first."), kind=kind.label)
    )
    for kind in HoldKind
}
AWAITS_PAYMENT = Reason("orders.awaits-payment", _("The order is paid in advance; goods leave when the money is here."))
OTHER_CONFIRMS: dict[str, Reason] = {
    "people": Reason("orders.people-confirm", _("People confirm this order, not the system.")),
    "sales": Reason("orders.sales-confirms", _("The sales manager confirms this order.")),
    "management": Reason("orders.management-confirms", _("Top management confirms this order.")),
}
"""By who confirms an order according to the table."""
SCREENED: dict[str, Reason] = {
    kind: Reason(
        f"orders.screened-{kind}",
        format_lazy(_("The screening of new orders asks people to look at this one first ({kind})."), kind=kind.label),
    )
    for kind in HoldKind
}
"""What the screening of new orders found, by the kind of its hold."""
HOLD_LINE = Reason("orders.hold-line", _("The order has no line %(line)s. Name one of its lines, or hold all of it."))
HOLD_PAST = Reason("orders.hold-past", _("The end of the hold is past. Name a later moment, or none."))
OWN_HOLD = Reason("orders.own-hold", _("You placed this hold yourself; somebody else has to release it."))
DEPOSIT_OPEN = Reason(
    "orders.deposit-open",
    _("A special order is valid with its deposit of %(deposit)s %(currency)s; %(paid)s are here. Match a payment."),
)
AWAITS_LETTER = Reason(
    "orders.awaits-letter", _("The order is confirmed when the customer's signed confirmation letter is attached.")
)
HOLD_EXISTS = Reason("orders.hold-exists", _("The order already has such a hold: %(reason)s"))
NO_HOLD = Reason("orders.no-hold", _("The order has no open hold of this kind."))
REASON_REQUIRED = Reason("orders.reason-required", _("Say why: the reason is empty."))
REASON_TOO_LONG = Reason("orders.reason-too-long", _("The reason is longer than %(limit)s characters."))
WARNINGS_ASK = Reason(
    "orders.warnings-ask",
    _("Warnings that ask for a reason: %(count)s. Say why the order goes on in spite of them."),
)
CANCEL_LATE = Reason(
    "orders.cancel-late",
    _("The order could be cancelled freely until %(until)s. Ask for its cancellation: those concerned decide."),
)
CANCEL_PLANNED = Reason(
    "orders.cancel-planned",
    _("Line %(line)s: %(quantity)s of %(sku)s are in open shipments. Cancel those shipments first."),
)
CANCEL_SHIPPED = Reason(
    "orders.cancel-shipped",
    _("Line %(line)s: %(quantity)s of %(sku)s have left. Reverse the shipment or take the goods back first."),
)
CANCEL_INVOICED = Reason(
    "orders.cancel-invoiced", _("%(amount)s are invoiced. Issue a credit note for the invoices first.")
)
NOT_SHIPPED = Reason("orders.not-shipped", _("Line %(line)s: %(quantity)s of %(sku)s are not shipped yet."))
NOT_SIGNED = Reason("orders.not-signed", _("Line %(line)s: %(quantity)s of %(sku)s are not signed for yet."))
NOT_INVOICED = Reason("orders.not-invoiced", _("Line %(line)s: %(quantity)s of %(sku)s are not invoiced yet."))
NOT_PAID = Reason("orders.not-paid", _("%(open)s %(currency)s are not paid yet."))
HOLD_CHOICE = Reason("orders.hold-choice", _("“%(value)s” is no kind of hold, or no step that a hold can stop."))
ATTACHMENT_KIND = Reason("orders.attachment-kind", _("“%(value)s” is no kind of paper that is kept with orders."))
COMMENT_TOO_LONG = Reason("orders.comment-too-long", _("The comment is longer than %(limit)s characters."))
COMMENT_EMPTY = Reason("orders.comment-empty", _("The comment is empty."))
MENTIONED_CANNOT_SEE = Reason(
    "orders.mentioned-cannot-see",
    _("%(people)s may not see this order and would not find the comment: name somebody else, or leave the @ out."),
)

# --- what the system's own checks find (R043-R046, R054); shown to reviewers, kept with the review ------------------

PRICES_OK = Reason("orders.check-prices", _("All %(lines)s prices are as listed, or at least at their floor."))
BELOW_LIST = Reason(
    "orders.check-below-list",
    _("Line %(line)s: %(sku)s sells for %(price)s after discounts, listed at %(list_price)s (%(percent)s %% less)."),
)
NO_LIST_PRICE = Reason(
    "orders.check-no-list-price", _("Line %(line)s: %(sku)s has no listed price; %(price)s was entered by hand.")
)
FREE_OF_CHARGE = Reason("orders.check-free", _("Line %(line)s: %(sku)s is given away free of charge."))
CREDIT_OK = Reason(
    "orders.check-credit",
    _("%(amount)s %(currency)s fit into the credit limit of %(limit)s, of which %(exposure)s are used."),
)
SCORE_OK = Reason(
    "orders.check-score",
    _(
        "Credit score %(score)s of 100: %(rate)s repaid of %(due)s %(currency)s that were due, %(used)s%% of the limit"
        " used, %(overdue)s overdue, the oldest for %(days)s days."
    ),
)
SCORE_POOR = Reason(
    "orders.check-score-poor",
    _(
        "Credit score %(score)s of 100, under %(least)s: %(rate)s repaid of %(due)s %(currency)s that were due,"
        " %(used)s%% of the limit used, %(overdue)s overdue, the oldest for %(days)s days. Take a payment first, ask"
        " for payment in advance, or release it knowingly."
    ),
)
NO_CREDIT = Reason("orders.check-no-credit", _("No credit is given: payment term “%(term)s”."))
DATE_OK = Reason("orders.check-date", _("Wanted by %(date)s; nothing speaks against it."))
DATE_TIGHT = Reason(
    "orders.check-date-tight", _("Wanted by %(date)s, but everything can be there on %(earliest)s at the earliest.")
)
DATE_OPEN = Reason("orders.check-date-open", _("The customer named no delivery date."))
DUPLICATE = Reason(
    "orders.check-duplicate",
    _("Order %(number)s of %(date)s has the same customer, articles and quantities. Is this the same order again?"),
)
SAME_REFERENCE = Reason(
    "orders.check-same-reference",
    _("The customer's order number %(reference)s is already on order %(number)s. Is this the same order again?"),
)
TERMS_OK = Reason("orders.check-terms", _("Payment term “%(term)s” is the customer's own."))
TERMS_DIFFER = Reason(
    "orders.check-terms-differ", _("Payment term “%(term)s” differs from the customer's own “%(own)s”.")
)
INVOICE_OK = Reason("orders.check-invoice", _("All data for the wanted invoice are there."))
INVOICE_DATA = Reason(
    "orders.check-invoice-data",
    _("The special VAT invoice needs a credit code, a bank and an account; some are missing."),
)
CUSTOMER_DIFFERS = Reason(
    "orders.check-customer-differs", _("The order says “%(value)s”, the customer's file “%(filed)s”. Which is right?")
)
WRITTEN = Reason(
    "orders.check-written", _("An order from %(limit)s needs the signed confirmation letter; none is attached.")
)
COMPLEX = Reason(
    "orders.check-complex",
    _("A complex order (%(signs)s) needs the signed confirmation letter; none is attached."),
)
STOCK_OK = Reason("orders.check-stock", _("Everything is available in %(warehouse)s."))
SHORT = Reason(
    "orders.check-short",
    _(
        "%(sku)s: %(wanted)s wanted, %(available)s available in %(warehouse)s, %(in_transit)s in transit, "
        "next on %(restock)s."
    ),
)
SHORT_NO_DATE = Reason(
    "orders.check-short-no-date",
    _("%(sku)s: %(wanted)s wanted, %(available)s available in %(warehouse)s, nothing announced."),
)
WISHES = Reason("orders.check-wishes", _("Special wishes to check by hand: %(text)s"))
MADE_TO_ORDER = Reason(
    "orders.check-made-to-order",
    _("Line %(line)s: %(sku)s is made to order, %(days)s working days, ready on %(earliest)s."),
)
MADE_TO_ORDER_NO_DATE = Reason(
    "orders.check-made-to-order-no-date",
    _("Line %(line)s: %(sku)s is made to order, %(days)s working days; the calendar of the year is not known."),
)
MADE_TOO_LATE = Reason(
    "orders.check-made-too-late",
    _("Line %(line)s: %(sku)s is made to order and ready on %(earliest)s, but wanted by %(date)s."),
)
