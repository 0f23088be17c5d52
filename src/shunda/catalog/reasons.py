"""Why goods are not changed; every sentence says what, where and how to mend it."""

from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Category, Product, Sku, Unit
from shunda.core.refusal import Reason, per_field

REQUIRED = {
    Product: per_field("catalog.required-product", _("Fill in “{field}”."), Product, ("code", "name")),
    Sku: per_field("catalog.required-sku", _("Fill in “{field}”."), Sku, ("code",)),
    Unit: per_field("catalog.required-unit", _("Fill in “{field}”."), Unit, ("code", "name")),
    Category: per_field("catalog.required-category", _("Fill in “{field}”."), Category, ("code", "name")),
}
_LONG = _("“{field}” has %(length)s characters; at most %(most)s fit.")
TOO_LONG = {
    Product: per_field(
        "catalog.too-long-product", _LONG, Product, ("code", "name", "name_en", "model", "specification")
    ),
    Sku: per_field("catalog.too-long-sku", _LONG, Sku, ("code", "variant", "barcode")),
    Unit: per_field("catalog.too-long-unit", _LONG, Unit, ("code", "name", "name_en")),
    Category: per_field("catalog.too-long-category", _LONG, Category, ("code", "name", "name_en")),
}
CODE_TAKEN = Reason("catalog.code-taken", _("The code “%(code)s” is taken already. Choose another one."))
SKU_TAKEN = Reason(
    "catalog.sku-taken",
    _("“%(code)s” is already the code or barcode of a SKU. Two goods with one code cannot be told apart."),
)
CODE_TWICE = Reason("catalog.code-twice", _("“%(code)s” occurs twice in what you sent. Send it once."))
BAD_BARCODE = Reason(
    "catalog.bad-barcode", _("The barcode “%(barcode)s” has a wrong check digit. Read it again from the package.")
)
UNKNOWN_CATEGORY = Reason(
    "catalog.unknown-category", _("There is no such category, or it is no longer used. Choose another.")
)
UNKNOWN_UNIT = Reason("catalog.unknown-unit", _("There is no such unit, or it is no longer used. Choose another."))
UNKNOWN_PRODUCT = Reason("catalog.unknown-product", _("There is no such product."))
BAD_TAX_RATE = Reason(
    "catalog.bad-tax-rate", _("The tax rate %(rate)s %% is not between 0 and 100 %% with two decimals, such as 13.")
)
BAD_LEAD_DAYS = Reason("catalog.bad-lead-days", _("A lead time of %(days)s days is not possible; enter 0 to %(most)s."))
BAD_SUPPLY = Reason("catalog.bad-supply", _("“%(value)s” is no way of supply. Choose made to stock or made to order."))
BAD_PARAMETERS = Reason(
    "catalog.bad-parameters",
    _("Technical parameters are up to %(most)s names of %(name)s characters with values of %(value)s characters."),
)
UNIT_FIXED = Reason(
    "catalog.unit-fixed",
    _("The base unit of %(code)s cannot change: stock and orders are counted in it. Make a new product."),
)
BAD_DECIMALS = Reason("catalog.bad-decimals", _("A unit has 0 to 4 decimal places, not %(decimals)s."))
FEWER_DECIMALS = Reason(
    "catalog.fewer-decimals",
    _("“%(unit)s” has %(now)s decimal places and quantities use them; it can get more, not fewer. Make a new unit."),
)
UNIT_IN_USE = Reason(
    "catalog.unit-in-use", _("“%(unit)s” is the unit of %(count)s active products. Change those first.")
)
CATEGORY_IN_USE = Reason(
    "catalog.category-in-use", _("“%(category)s” holds %(count)s active products. Move those first.")
)
OWN_PARENT = Reason("catalog.own-parent", _("“%(category)s” cannot lie under itself. Choose another parent."))
BAD_FACTOR = Reason(
    "catalog.bad-factor",
    _("A unit is a positive fraction of another: two whole numbers from 1 to %(most)s, such as 12 and 1."),
)
SAME_UNIT = Reason("catalog.same-unit", _("A unit needs no conversion into itself."))
NOT_THE_BASE = Reason("catalog.not-the-base", _("%(code)s is counted in “%(unit)s”: convert into that."))
ALREADY_ACTIVE = Reason("catalog.already-active", _("%(code)s is active already."))
ALREADY_INACTIVE = Reason("catalog.already-inactive", _("%(code)s is inactive already."))
