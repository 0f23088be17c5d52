"""Why a file, an invoice or a line does not come in."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

# the file as a whole
NO_SPREADSHEET = Reason(
    "channels.no-spreadsheet",
    _("“%(name)s” is neither a table in text form (CSV) nor an Excel file. Save it as CSV or .xlsx and try again."),
)
EMPTY_FILE = Reason("channels.empty-file", _("“%(name)s” holds no lines under its headings."))
BROKEN_FILE = Reason("channels.broken-file", _("“%(name)s” is damaged and cannot be read: %(detail)s."))
BROKEN_ENCODING = Reason(
    "channels.broken-encoding",
    _("“%(name)s” is written neither in UTF-8 nor in GB18030 (byte %(place)s). Save it as “CSV UTF-8” and try again."),
)
TOO_LARGE = Reason(
    "channels.too-large",
    _("“%(name)s” unpacks to more than %(limit)s MB. Save it as CSV, or split it."),
)
COLUMN_MISSING = Reason(
    "channels.column-missing",
    _("No column for “%(where)s”: one of the headings %(wanted)s is expected. The file has: %(header)s."),
)
COLUMN_TWICE = Reason("channels.column-twice", _("The heading “%(heading)s” stands over two columns. Rename one."))
NO_MAPPING = Reason(
    "channels.no-mapping",
    _("No mapping fits the headings %(header)s. Choose a mapping or make one for this file."),
)
UNKNOWN_MAPPING = Reason("channels.unknown-mapping", _("There is no mapping “%(code)s”. Possible are: %(possible)s."))
MAY_NOT_PLACE = Reason(
    "channels.may-not-place",
    _("The orders of this file are placed at once; that takes the permission %(permission)s. Ask the administrator."),
)
NOT_SET_UP = Reason("channels.not-set-up", _("The mapping names the %(what)s “%(code)s”, which does not exist."))
ROW_TOO_LONG = Reason(
    "channels.row-too-long", _("A row is longer than %(limit)s characters: this is no table of orders.")
)

# a line
NO_REFERENCE = Reason("channels.no-reference", _("The order or invoice number is missing."))
NO_SKU = Reason("channels.no-sku", _("The SKU is missing."))
REFERENCE_TOO_LONG = Reason("channels.reference-too-long", _("The number “%(value)s” has more than 60 characters."))
NOT_A_NUMBER = Reason("channels.not-a-number", _("“%(value)s” is not a number."))
QUANTITY_ZERO = Reason("channels.quantity-zero", _("The quantity is 0."))
PRICE_NEGATIVE = Reason("channels.price-negative", _("The price %(value)s is negative. Prices are 0 or more."))
TOO_PRECISE = Reason("channels.too-precise", _("%(value)s has more decimals than can be kept (%(places)s)."))
NOT_A_DATE = Reason("channels.not-a-date", _("“%(value)s” is not a date. Write it as 2024-05-01 or 2024-05-01 09:30."))
NOT_A_DISCOUNT = Reason("channels.not-a-discount", _("“%(value)s” is not a discount. Write it as 5% or 0.05."))
UNKNOWN_SKU = Reason(
    "channels.unknown-sku", _("There is no SKU “%(value)s”. Correct it, or create the product before the import.")
)
UNKNOWN_UNIT = Reason("channels.unknown-unit", _("There is no unit “%(value)s”."))
UNKNOWN_CUSTOMER = Reason(
    "channels.unknown-customer", _("There is no customer “%(value)s”. Correct the code, or create the customer first.")
)
NO_CUSTOMER = Reason(
    "channels.no-customer", _("The customer is missing, and the mapping names none for sales without one.")
)
NEGATIVE_SALE = Reason(
    "channels.negative-sale", _("The quantity %(value)s is negative, and the invoice is no cancellation.")
)
POSITIVE_RETURN = Reason(
    "channels.positive-return", _("The quantity %(value)s is not negative, although the invoice is a cancellation.")
)
FEE = Reason("channels.fee", _("“%(value)s” is a cost of ours and no sale: it belongs in the accounts."))
REPEATED = Reason("channels.repeated", _("This line says the same as row %(first)s."))
FREE = Reason("channels.free", _("The price is 0: imported as given away."))

# an invoice
CUSTOMERS_DIFFER = Reason("channels.customers-differ", _("Invoice %(reference)s names several customers: %(values)s."))
DATES_DIFFER = Reason("channels.dates-differ", _("Invoice %(reference)s bears several times; the first counts."))
NO_SALE = Reason(
    "channels.no-sale",
    _("Invoice %(reference)s has no customer and no amount: a movement of stock, no sale. Book it in the warehouse."),
)
NO_GOODS = Reason("channels.no-goods", _("Invoice %(reference)s holds charges alone and no goods."))
NOT_MADE = Reason("channels.not-made", _("Invoice %(reference)s is not imported because of row %(row)s."))
CANNOT_CREATE = Reason(
    "channels.cannot-create",
    _("“%(value)s” is new, and you may not create it: the permission %(permission)s is missing."),
)

# a mapping
BAD_MAPPING_CODE = Reason(
    "channels.bad-mapping-code", _("Give the mapping a code of at most 40 letters, digits, hyphens and underlines.")
)
MAPPING_CODE_TAKEN = Reason(
    "channels.mapping-code-taken", _("There is a mapping “%(code)s” already. Choose another code.")
)
NO_MAPPING_NAME = Reason("channels.no-mapping-name", _("Give the mapping a name of at most 80 characters."))
HEADING_MISSING = Reason(
    "channels.heading-missing", _("Say under which heading this column stands: no file can be read without it.")
)
HEADING_TWICE = Reason("channels.heading-twice", _("The heading “%(heading)s” already stands for another column."))
UNKNOWN_CHOICE = Reason("channels.unknown-choice", _("“%(value)s” is not possible here."))
BAD_TAX_RATE = Reason("channels.bad-tax-rate", _("%(value)s is no tax rate: 13 %% is written as 0.13."))
