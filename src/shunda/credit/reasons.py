"""Why credit is refused."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

OVER_LIMIT = Reason(
    "credit.over-limit",
    _(
        "%(amount)s %(currency)s do not fit the credit limit of %(limit)s: %(exposure)s is used already, "
        "%(free)s is free. Ask finance for a higher limit, take a payment first or change the payment term."
    ),
)
OTHER_CURRENCY = Reason(
    "credit.other-currency",
    _("The credit account is kept in %(account)s, the order is in %(currency)s: use another payment term."),
)
BAD_LIMIT = Reason(
    "credit.limit", _("The credit limit must be an amount from 0 to %(most)s with at most two decimals.")
)
NO_REASON = Reason("credit.reason", _("Say in a few words why the limit changes (at most 200 characters)."))
CURRENCY_IN_USE = Reason(
    "credit.currency-in-use",
    _("The account has %(exposure)s %(account)s in use: its currency can change only when nothing is owed."),
)
BAD_CURRENCY = Reason("credit.currency", _("“%(currency)s” is not a currency code such as CNY or USD."))
BAD_AMOUNT = Reason("credit.raise-amount", _("The raise must be an amount above 0 with at most two decimals."))
NO_RAISE_REASON = Reason("credit.raise-reason", _("Say in a few words why more is needed (at most 200 characters)."))
RAISE_PAST = Reason("credit.raise-past", _("The raise must end after now and after it begins."))
RAISE_LONG = Reason(
    "credit.raise-long",
    _("A temporary raise lasts %(days)s days at most. For longer, propose a higher limit."),
)
RAISE_OVER = Reason("credit.raise-over", _("The days of this raise are over; ask for a new one."))
OWN_RAISE = Reason(
    "credit.own-raise", _("You asked for this raise yourself: somebody else has to decide. You may withdraw it.")
)
NO_REMARK = Reason("credit.remark", _("Say in a few words why not (at most 200 characters)."))
LONG_REMARK = Reason("credit.remark-long", _("The remark has at most 200 characters."))
BAD_GRADE = Reason("credit.proposal-grade", _("“%(grade)s” is no grade: choose one of A, B, C and D."))
NO_PROPOSAL_REASON = Reason(
    "credit.proposal-reason", _("Say in a few words why the grade or the limit should change (at most 200 characters).")
)
NOTHING_NEW = Reason("credit.proposal-same", _("That is the grade and the limit the customer has already."))
PROPOSAL_WAITS = Reason(
    "credit.proposal-waits", _("A proposal for this customer waits already: have it decided or withdrawn first.")
)
PROPOSAL_OUTDATED = Reason(
    "credit.proposal-outdated",
    _(
        "Meanwhile the grade is %(grade)s and the limit %(limit)s %(currency)s: "
        "withdraw this proposal and make a new one."
    ),
)
OWN_PROPOSAL = Reason(
    "credit.own-proposal", _("You made this proposal yourself: somebody else has to decide. You may withdraw it.")
)
