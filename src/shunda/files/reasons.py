"""Why a file is not kept."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

EMPTY = Reason("files.empty", _("“%(name)s” is empty. Choose the file again."))
NO_NAME = Reason("files.no-name", _("The file has no name. Give it one, such as contract.pdf."))
TOO_LARGE = Reason(
    "files.too-large", _("“%(name)s” has %(megabytes)s MB; at most %(most)s MB are kept. Make it smaller or split it.")
)
NOT_ALLOWED = Reason(
    "files.not-allowed", _("“%(name)s” is no file of a kind that is kept here. Possible are: %(kinds)s.")
)
MACROS = Reason("files.macros", _("“%(name)s” contains macros. Save it without macros and attach it again."))
NOT_AS_NAMED = Reason(
    "files.not-as-named",
    _("“%(name)s” is no %(kind)s file: its content is something else, or damaged. Choose the right file."),
)
WRONG_ENDING = Reason(
    "files.wrong-ending",
    _("“%(name)s” is not what its ending says: its content is %(kind)s. Rename it or choose the right file."),
)
DAMAGED = Reason("files.damaged", _("“%(name)s” cannot be read: it is damaged or was not sent whole. Send it again."))
