"""Why a price is what it is, and why a price list is refused."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

# what a quote says about itself; kept on the order line
CUSTOMER_LIST = Reason("price.customer-list", _("Price list “%(list)s” (%(code)s), agreed with this customer."))
GRADE_LIST = Reason("price.grade-list", _("Price list “%(list)s” (%(code)s) for customers of grade %(grade)s."))
GENERAL_LIST = Reason("price.general-list", _("General price list “%(list)s” (%(code)s)."))
VALID = Reason("price.valid", _("Valid from %(valid_from)s."))
VALID_UNTIL = Reason("price.valid-until", _("Valid from %(valid_from)s until %(valid_until)s."))
BREAK = Reason("price.quantity-break", _("Price from a quantity of %(min_quantity)s on."))
TAX_ADDED = Reason("price.tax-added", _("List price %(price)s without tax, %(percent)s%% tax added."))
TAX_TAKEN_OFF = Reason("price.tax-taken-off", _("List price %(price)s with tax, %(percent)s%% tax taken off."))
FLOOR = Reason("price.floor", _("Not sold under %(floor)s."))
NO_PRICE = Reason("price.none", _("No valid price list has a price in %(currency)s for this quantity on %(on)s."))

# refusals of price lists
CODE_TAKEN = Reason("price.code-taken", _("There is already a price list with the code %(code)s: choose another."))
BAD_CODE = Reason("price.code", _("A price list needs a code of 1 to 30 characters without spaces."))
NO_NAME = Reason("price.name", _("A price list needs a name of 1 to 80 characters."))
BAD_CURRENCY = Reason("price.currency", _("“%(currency)s” is not a currency code such as CNY or USD."))
BAD_DATES = Reason("price.dates", _("The list would end (%(until)s) before it starts (%(from)s)."))
CUSTOMER_AND_GRADE = Reason(
    "price.customer-and-grade", _("A list is for one customer or for a grade, not both: empty one of the two.")
)
UNKNOWN_GRADE = Reason("price.grade", _("There is no customer grade “%(grade)s”: use A, B, C or D."))
UNKNOWN_CUSTOMER = Reason("price.customer", _("There is no such customer in your area."))
CURRENCY_FIXED = Reason(
    "price.currency-fixed", _("The list already has prices in %(currency)s: make a new list for another currency.")
)

# refusals of single prices; row is where it stands in the file or form
UNKNOWN_SKU = Reason("price.unknown-sku", _("Row %(row)s: there is no SKU “%(sku)s”. Check the code or barcode."))
BAD_PRICE = Reason(
    "price.not-a-price", _("Row %(row)s: unit price “%(value)s” is not a number from 0 on with at most six decimals.")
)
BAD_QUANTITY = Reason(
    "price.not-a-quantity",
    _("Row %(row)s: quantity “%(value)s” is not a number from 0 on with at most four decimals."),
)
BAD_FLOOR = Reason(
    "price.not-a-floor", _("Row %(row)s: floor price “%(value)s” is not a number from 0 on with at most six decimals.")
)
FLOOR_ABOVE = Reason("price.floor-above", _("Row %(row)s: the floor %(floor)s is above the unit price %(price)s."))
TWICE = Reason(
    "price.twice", _("Row %(row)s: %(sku)s from a quantity of %(quantity)s on is already in row %(first)s: keep one.")
)
EMPTY = Reason("price.empty", _("There are no prices in it: fill in at least one row."))
NO_SHEET = Reason("price.no-sheet", _("“%(name)s” cannot be read: send a CSV or Excel file (xlsx, xls, ods)."))
NO_HEAD = Reason("price.no-head", _("The first row must name the columns: at least SKU and unit price."))
TOO_MANY_ROWS = Reason("price.too-many-rows", _("There are more than %(most)s rows: split the file."))
FILE_TOO_LARGE = Reason("price.file-too-large", _("The file is larger than %(most)s MB: split it."))
NOT_IN_LIST = Reason("price.not-in-list", _("This price is not in the list any more."))
