"""Why customers are not changed; every sentence says what, where and how to mend it."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason, per_field
from shunda.customers.models import Address, Contact, Customer, CustomerAttachment, PaymentTerm

_NEEDED = _("Fill in “{field}”.")
_LONG = _("“{field}” has %(length)s characters; at most %(most)s fit.")
REQUIRED = {
    Customer: per_field("customers.required", _NEEDED, Customer, ("name",)),
    Address: per_field(
        "customers.required-address",
        _NEEDED,
        Address,
        ("province", "city", "district", "street", "postcode", "receiver", "phone"),
    ),
    Contact: per_field("customers.required-contact", _NEEDED, Contact, ("name",)),
    PaymentTerm: per_field("customers.required-term", _NEEDED, PaymentTerm, ("code", "name")),
}
TOO_LONG = {
    Customer: per_field(
        "customers.too-long",
        _LONG,
        Customer,
        ("code", "name", "short_name", "credit_code", "bank", "registered_address", "phone", "industry"),
    ),
    Address: per_field(
        "customers.too-long-address",
        _LONG,
        Address,
        ("province", "city", "district", "street", "postcode", "receiver", "phone"),
    ),
    Contact: per_field("customers.too-long-contact", _LONG, Contact, ("name", "title", "phone", "email")),
    PaymentTerm: per_field("customers.too-long-term", _LONG, PaymentTerm, ("code", "name", "name_en")),
    CustomerAttachment: per_field("customers.too-long-attachment", _LONG, CustomerAttachment, ("note",)),
}
NOT_A_CHOICE = per_field(
    "customers.choice",
    _("“{field}”: “%(value)s” is not one of the choices."),
    Customer,
    ("customer_class", "grade", "country", "currency", "region", "owner", "term"),
)
BAD_TERM_KIND = Reason("customers.term-kind", _("“%(value)s” is no kind of payment term."))
BAD_ATTACHMENT_KIND = Reason("customers.attachment-kind", _("“%(value)s” is no kind of paper that is kept here."))
NOTE_TOO_LONG = Reason("customers.note-too-long", _("The note has %(length)s characters; at most %(most)s fit."))

NO_CODE = Reason("customers.no-code", _("A customer keeps a code. Enter one."))
CODE_TAKEN = Reason("customers.code-taken", _("The code “%(code)s” is taken already. Choose another one."))
CODE_TWICE = Reason("customers.code-twice", _("“%(code)s” occurs twice in what you sent. Send each customer once."))
CREDIT_CODE_MISSING = Reason(
    "customers.credit-code-missing", _("A customer in China needs its unified social credit code of 18 characters.")
)
CREDIT_CODE_LENGTH = Reason(
    "customers.credit-code-length",
    _("A unified social credit code has 18 characters; “%(code)s” has %(length)s. Compare it with the licence."),
)
CREDIT_CODE_CHARACTER = Reason(
    "customers.credit-code-character",
    _("“%(character)s” at place %(place)s cannot be in a unified social credit code (I, O, S, V and Z never occur)."),
)
CREDIT_CODE_CHECK = Reason(
    "customers.credit-code-check",
    _("The check character of “%(code)s” is wrong: a character was mistyped. Compare it with the licence."),
)
CREDIT_CODE_TAKEN = Reason(
    "customers.credit-code-taken",
    _("The unified social credit code “%(code)s” belongs to customer %(customer)s already. Use that customer."),
)
PHONE_UNREADABLE = Reason(
    "customers.phone-unreadable", _("“%(phone)s” is no phone number. Enter digits, such as 13800138000.")
)
PHONE_FOREIGN = Reason(
    "customers.phone-foreign",
    _("“%(phone)s” is a number of another country (+%(code)s); here a Chinese number is needed, such as 13800138000."),
)
PHONE_WRONG = Reason(
    "customers.phone-wrong",
    _("“%(phone)s” is no valid Chinese number: a mobile has 11 digits, a fixed line its area code (021-62551234)."),
)
PHONE_IMPOSSIBLE = Reason(
    "customers.phone-impossible", _("“%(phone)s” cannot be a phone number in %(country)s: count the digits.")
)
POSTCODE_WRONG = Reason(
    "customers.postcode-wrong", _("“%(postcode)s” is no Chinese postcode: six digits, such as 200120.")
)
EMAIL_WRONG = Reason("customers.email-wrong", _("“%(email)s” is no mail address."))
ACCOUNT_WRONG = Reason(
    "customers.account-wrong", _("“%(account)s” is no bank account: %(least)s to %(most)s digits are expected.")
)
BANK_MISSING = Reason("customers.bank-missing", _("A bank account needs the name of its bank."))
TWO_DEFAULTS = Reason("customers.two-defaults", _("Only one can be the default; two are marked so."))
DEFAULT_STAYS = Reason(
    "customers.default-stays", _("This is the default. Make another one the default first, then close this one.")
)
CLOSED_DEFAULT = Reason("customers.closed-default", _("A closed one cannot be the default. Reopen it first."))
OUTSIDE_AREA = Reason(
    "customers.outside-area",
    _("You would not see this customer: it would lie outside your area. Choose your own area or ask your manager."),
)
ALREADY_FROZEN = Reason("customers.already-frozen", _("%(code)s is frozen already (%(reason)s)."))
NOT_FROZEN = Reason("customers.not-frozen", _("%(code)s is not frozen."))
REASON_MISSING = Reason("customers.reason-missing", _("Say why: the reason is kept with the customer."))
REASON_TOO_LONG = Reason("customers.reason-too-long", _("The reason has %(length)s characters; at most %(most)s fit."))
SAME_OWNER = Reason("customers.same-owner", _("%(code)s has this sales representative already."))
UNKNOWN_OWNER = Reason("customers.unknown-owner", _("There is no such active user to look after customers."))
UNKNOWN_CUSTOMER = Reason(
    "customers.unknown-customer", _("There is no such customer, or the customer is outside your area.")
)
DAYS_WRONG = Reason("customers.days-wrong", _("%(days)s credit days are not possible; enter 0 to %(most)s."))
DAYS_WITHOUT_CREDIT = Reason(
    "customers.days-without-credit", _("Credit days belong to terms on credit alone. Enter 0 or choose “on credit”.")
)
DAYS_MISSING = Reason("customers.days-missing", _("A term on credit needs its days, such as 30."))
TERM_IN_USE = Reason("customers.term-in-use", _("%(count)s customers have this term. Give them another one first."))
