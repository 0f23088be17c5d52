"""Why a link is not made, or something is refused behind it. What customers read says nothing of our inner ways."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

# what staff reads
NOT_HANDED_IN = Reason(
    "portal.not-handed-in", _("Order %(number)s is still a draft: submit it before its customer gets a link.")
)
OVER = Reason("portal.order-over", _("Order %(number)s is %(status)s: there is nothing to follow any more."))
REVOKED = Reason("portal.link-revoked", _("This link does not work any more."))
ANSWERED = Reason("portal.wish-answered", _("This was answered already."))
ANSWER_MISSING = Reason("portal.answer-missing", _("Write to the customer what becomes of it."))
ANSWER_TOO_LONG = Reason("portal.answer-too-long", _("An answer has at most %(limit)s characters."))

# what customers read
CLOSED = Reason("portal.link-closed", _("This link does not work any more. Ask us for a new one."))
WINDOW_OVER = Reason(
    "portal.window-over",
    _("The time in which you can cancel by yourself has ended. Tell us what you want: we decide and answer here."),
)
CANCEL_NOT_NOW = Reason(
    "portal.cancel-not-now",
    _("This order cannot be cancelled by itself any more: it is on its way. Tell us what you want: we answer here."),
)
TEXT_MISSING = Reason("portal.text-missing", _("Write what you want."))
TEXT_TOO_LONG = Reason("portal.text-too-long", _("At most %(limit)s characters, please."))
WISH_KIND = Reason("portal.wish-kind", _("Choose what you want."))
WISH_TOO_LATE = Reason(
    "portal.wish-too-late", _("This order is finished: it can no longer be changed. You can still ask a question.")
)
ENOUGH_ASKED = Reason(
    "portal.enough-asked", _("You asked for %(open)s things that are not answered yet. Wait for us, or call us.")
)
STAFF = Reason("portal.staff", _("You are signed in: this page acts for the customer alone. Use the order's own page."))
