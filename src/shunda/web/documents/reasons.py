"""Why documents are not printed."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

NOTHING_CHOSEN = Reason("documents.none", _("Choose at least one document to print."))
TOO_MANY = Reason("documents.too-many", _("%(asked)s documents are too many for one PDF: choose at most %(most)s."))
