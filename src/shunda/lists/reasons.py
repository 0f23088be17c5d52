"""Why a view is not kept, and why a list is not written into a file."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

NO_LIST = Reason("lists.no-list", _("There is no list called “%(page)s”."))
NO_NAME = Reason("lists.no-name", _("Give the view a name."))
NAME_TAKEN = Reason(
    "lists.name-taken", _("You have a view called “%(name)s” for this list already. Choose another name.")
)
NOT_YOURS = Reason("lists.not-yours", _("“%(name)s” is %(owner)s's view. Save a view of your own instead."))
MAY_NOT_SHARE = Reason("lists.may-not-share", _("You may not share views with everybody. Keep it for yourself."))
TOO_MANY = Reason("lists.too-many", _("You have %(most)s views of this list already. Delete one first."))
UNKNOWN_COLUMN = Reason("lists.unknown-column", _("This list has no column “%(column)s”."))
TOO_LONG_FOR_EXCEL = Reason(
    "lists.too-long-for-excel",
    _("An Excel sheet holds at most %(most)s rows. Filter the list, or take a CSV file."),
)
TOO_BUSY = Reason("lists.too-busy", _("%(running)s of your exports are still being written. Wait for one of them."))
STOPPED = Reason(
    "lists.stopped", _("The file could not be written. Ask for it again; if it fails again, tell the administrator.")
)
NO_ACCESS = Reason("lists.no-access", _("You may no longer see this list."))
STILL_WRITING = Reason(
    "lists.still-writing", _("The file is still being written; %(rows)s rows so far. Ask again in a moment.")
)
FORGOTTEN = Reason("lists.forgotten", _("“%(name)s” was deleted a week after it was made. Ask for it again."))
