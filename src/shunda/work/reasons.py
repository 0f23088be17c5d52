"""Why something about notices, clocks and standing in is refused."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

UNKNOWN_NOTICE = Reason("work.unknown-notice", _("There is no kind of notice called “%(kind)s”."))
NOT_A_ROLE = Reason("work.not-a-role", _("“%(value)s” is no role. Enter the code of a role, such as sales_manager."))
UNKNOWN_ROLE = Reason("work.unknown-role", _("There is no role “%(value)s”. The codes stand on the page of the roles."))
NOT_WHOLE = Reason("work.not-whole", _("“%(value)s” is no number of whole days."))
TASK_CLOSED = Reason("work.task-closed", _("%(label)s: this step has ended; its clock cannot be stopped any more."))
PAUSED = Reason("work.paused", _("%(label)s: the clock stands already, since %(since)s."))
NOT_PAUSED = Reason("work.not-paused", _("%(label)s: the clock is running."))
REASON_NEEDED = Reason("work.reason-needed", _("Say in at most %(most)s characters what is waited for."))
UNKNOWN_AWAITED = Reason(
    "work.unknown-awaited", _("“%(value)s” is nobody who can be waited for. Choose one of: %(choices)s.")
)

WAITS_PAYMENT = Reason("work.waits-payment", _("The customer's payment is awaited."))
WAITS_LETTER = Reason("work.waits-letter", _("The customer's signed confirmation letter is awaited."))
WAITS_AGREEMENT = Reason("work.waits-agreement", _("The customer's signature of the change agreement is awaited."))
