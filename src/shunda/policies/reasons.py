"""Why a setting or a decision table is not changed."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

UNKNOWN = Reason("policies.unknown", _("There is no setting called “%(name)s”."))
NOT_A_NUMBER = Reason(
    "policies.not-a-number", _("%(setting)s: “%(value)s” is not a number. Enter one such as 2 or 1.5.")
)
NOT_WHOLE = Reason("policies.not-whole", _("%(setting)s: “%(value)s” is not a whole number."))
OUT_OF_RANGE = Reason(
    "policies.out-of-range", _("%(setting)s: %(value)s is outside %(least)s to %(most)s. Enter a value within it.")
)
TOO_PRECISE = Reason("policies.too-precise", _("%(setting)s: %(value)s has more than %(places)s decimal places."))
NOT_A_CHOICE = Reason(
    "policies.not-a-choice", _("%(setting)s: “%(value)s” is not possible. Choose one of: %(choices)s.")
)
NOT_YES_OR_NO = Reason("policies.not-yes-or-no", _("%(setting)s: “%(value)s” is neither yes nor no."))
NOT_TEXT = Reason("policies.not-text", _("%(setting)s: “%(value)s” does not fit. Enter %(expected)s."))
NOT_A_TIME = Reason("policies.not-a-time", _("%(setting)s: “%(value)s” is not a time of day. Enter it as 15:00."))
NOT_HOURS = Reason(
    "policies.not-hours",
    _("%(setting)s: “%(value)s” are no working hours. Enter spans in order, such as 09:00-12:00, 13:00-18:00."),
)
NOT_A_DATE = Reason("policies.not-a-date", _("%(setting)s: “%(value)s” is not a date. Enter it as 2026-05-01."))
NOT_NAMED_DAYS = Reason(
    "policies.not-days",
    _(
        "%(setting)s: “%(value)s” are no days. Enter them with commas between, each once, with their names if you like:"
        " 2027-01-01 New Year, 2027-02-05."
    ),
)
NOT_WEEKDAY_HOURS = Reason(
    "policies.not-weekday-hours",
    _("“%(value)s” are no hours of weekdays. Enter 6=09:00-12:00+13:00-15:00 or 5=free; 1 is Monday, each day once."),
)
NOT_WEEKDAYS = Reason(
    "policies.not-weekdays", _("%(setting)s: “%(value)s” are no weekdays. Enter numbers from 1 (Monday) to 7 (Sunday).")
)
NOT_ENDINGS = Reason(
    "policies.not-endings", _("%(setting)s: “%(value)s” are no endings of files. Enter them as pdf, png, xlsx.")
)
UNCHANGED = Reason("policies.unchanged", _("%(setting)s is already %(value)s; nothing was changed."))
NO_REASON = Reason("policies.no-reason", _("Say why %(setting)s is changed: the reason is kept with it."))
REASON_TOO_LONG = Reason("policies.reason-too-long", _("The reason has %(length)s characters; at most %(most)s fit."))
TWICE = Reason("policies.twice", _("%(setting)s occurs twice in the same request. Send it once."))
STALE = Reason(
    "policies.stale",
    _("Somebody else changed %(setting)s in the meantime. Look at its value again, then repeat the change."),
)

NO_CONDITION = Reason(
    "policies.no-condition",
    _("%(setting)s: “%(value)s” is no condition. Numbers are compared as > 50000, <= 3 or 10..20; names are listed."),
)
ENDS_SWAPPED = Reason(
    "policies.ends-swapped", _("%(setting)s: in “%(value)s” the first number is larger than the second. Swap them.")
)
TOO_MANY_DIGITS = Reason(
    "policies.too-many-digits", _("%(setting)s: “%(value)s” has more than %(most)s digits. Round it.")
)
NO_OUTCOME = Reason("policies.no-outcome", _("%(column)s is empty. Say what the row decides, or remove the row."))
NO_SUCH_COLUMN = Reason("policies.no-such-column", _("This table has no column called “%(column)s”."))
NOTE_TOO_LONG = Reason("policies.note-too-long", _("The note is too long; at most %(most)s characters fit."))
TOO_MANY_ROWS = Reason("policies.too-many-rows", _("A table has at most %(most)s rows. Put cases together."))
NO_ROWS = Reason("policies.no-rows", _("The table has no row, so it would decide nothing. Add at least one."))
UNKNOWN_PRESET = Reason("policies.unknown-preset", _("This table comes with no preset “%(name)s”."))
UNKNOWN_TABLE = Reason("policies.unknown-table", _("There is no decision table called “%(name)s”."))
DRAFT_OPEN = Reason(
    "policies.draft-open", _("There is a draft of this table already (version %(number)s). Go on with it, or drop it.")
)
SAME_ROWS = Reason(
    "policies.same-rows", _("The draft says the same as what holds now. Change it before it is proposed, or drop it.")
)
OWN_DRAFT = Reason(
    "policies.own-draft",
    _("You wrote this version yourself. Somebody else with the permission has to publish it (four-eyes rule)."),
)
BAD_DATES = Reason(
    "policies.bad-dates", _("The last day (%(until)s) lies before the first (%(since)s). Correct the dates.")
)
REMARK_NEEDED = Reason("policies.remark-needed", _("Say what is to be changed, so that the author knows."))
NO_SHEET = Reason(
    "policies.no-sheet", _("This is no Excel file with this table. Download the table, change it there, and upload it.")
)
NO_HISTORY = Reason(
    "policies.no-history", _("Nothing is kept that this table decided, so a draft cannot be tried on it.")
)

NO_DAY = Reason("policies.no-day", _("“%(value)s” is no day from %(least)s to %(most)s. Enter it as 2027-01-01."))
NOT_OFF_OR_WORK = Reason(
    "policies.not-off-or-work",
    _("“%(value)s” says neither that the day is free nor that it is worked. Enter off or work."),
)
DAY_TWICE = Reason("policies.day-twice", _("%(day)s stands in row %(first)s already. Leave it there once."))
DAY_NAME = Reason(
    "policies.day-name",
    _("The name “%(value)s” does not fit: at most %(most)s characters, no comma in it and no figure to begin with."),
)
NO_DAYS = Reason("policies.no-days", _("No day stands in it. Each row is a date, off or work, and a name."))
TOO_MANY_DAYS = Reason("policies.too-many-days", _("There are more than %(most)s rows. Bring them in parts."))
NO_DAY_FILE = Reason(
    "policies.no-day-file",
    _("This is neither an Excel file nor a text with a day in each row. Its columns: date, off or work, name."),
)
CALENDAR_SAME = Reason("policies.calendar-same", _("The calendar says this already; nothing was changed."))
CALENDAR_STALE = Reason(
    "policies.calendar-stale",
    _("Somebody else changed the calendar in the meantime. Look at it again, then repeat the change."),
)
NOT_CALENDARS = Reason(
    "policies.not-calendars",
    _("These are no further calendars, or one comes twice, or there are too many. Change them on the calendar's page."),
)
NO_CALENDAR_CODE = Reason(
    "policies.no-calendar-code",
    _("“%(value)s” is no code of a calendar: capital letters and figures, at most 12 characters, such as WH-EAST."),
)
NO_WEEK = Reason("policies.no-week", _("Nobody would work on any weekday. Enter the hours of at least one."))
NO_CALENDAR = Reason("policies.no-calendar", _("There is no calendar “%(value)s” that steps can go by."))
CALENDAR_CODE_TAKEN = Reason(
    "policies.calendar-code-taken", _("There is a calendar “%(value)s” already. Choose another code.")
)
CALENDAR_TITLE = Reason("policies.calendar-title", _("Give the calendar a name of at most %(most)s characters."))
CALENDAR_TITLE_TAKEN = Reason(
    "policies.calendar-title-taken", _("Another calendar is called “%(value)s” already. Choose another name.")
)
TOO_MANY_CALENDARS = Reason(
    "policies.too-many-calendars", _("There are %(most)s calendars already; no more fit. Use one that is retired.")
)
CALENDAR_IN_USE = Reason(
    "policies.calendar-in-use",
    _(
        "“%(table)s” gives the calendar to steps (version %(number)s, row %(row)s). Publish a version that does not"
        " name it any more, then retire it."
    ),
)
