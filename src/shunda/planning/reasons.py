"""Why a demand plan is not filed."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

NO_REGION = Reason("planning.no-region", _("There is no region “%(value)s” that you file plans for."))
MONTH_BEGUN = Reason(
    "planning.month-begun", _("%(month)s has begun already or is over: its plan is not changed any more.")
)
MONTH_FAR = Reason("planning.month-far", _("%(month)s is more than %(most)s months ahead. File nearer months first."))
NO_LINES = Reason("planning.no-lines", _("No article stands in it. Each row is an article and a quantity."))
TOO_MANY_LINES = Reason("planning.too-many-lines", _("There are more than %(most)s rows. Put articles together."))
NO_ARTICLE = Reason("planning.no-article", _("Row %(row)s: there is no article “%(value)s”."))
NO_QUANTITY = Reason(
    "planning.no-quantity", _("Row %(row)s: “%(value)s” is no quantity. Enter a number above 0, at most four places.")
)
ARTICLE_TWICE = Reason("planning.article-twice", _("Row %(row)s: %(sku)s stands in row %(first)s already."))
NOTE_TOO_LONG = Reason("planning.note-too-long", _("The remark is too long; at most %(most)s characters fit."))
TWICE = Reason("planning.twice", _("The same plan comes twice. Send it once."))
NO_FILE = Reason(
    "planning.no-file", _("This is neither an Excel file nor a text with a row for each article and its quantity.")
)
