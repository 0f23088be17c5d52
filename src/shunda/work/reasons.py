"""Why something about notices is refused."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

UNKNOWN_NOTICE = Reason("work.unknown-notice", _("There is no kind of notice called “%(kind)s”."))
