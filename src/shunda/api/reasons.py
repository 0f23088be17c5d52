"""Why a request is refused before any capability sees it."""

from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Reason

SIGNED_OUT = Reason(
    "signed-out",
    _("Sign in, or send a valid token in the header “Authorization: Bearer …”. Tokens end and are revoked."),
)
FOREIGN_FORM = Reason(
    "foreign-form", _("A signed-in browser must send its CSRF token in the header “X-CSRFToken”; programs use a token.")
)
NOT_PERMITTED = Reason(
    "permission-missing", _("You need the permission “%(permission)s” for this. Ask an administrator.")
)
NO_SUCH_ADDRESS = Reason("no-such-address", _("There is nothing at this address."))
WRONG_METHOD = Reason("wrong-method", _("%(method)s is not possible here; use one of: %(allowed)s."))
NOT_JSON = Reason("not-json", _("Send the content type “%(wanted)s”; “%(sent)s” is not read here."))
BROKEN_JSON = Reason("broken-json", _("The body is not readable as JSON: %(detail)s."))
BROKEN_BODY = Reason("broken-body", _("The body cannot be read: it is incomplete or not in the form it claims."))
TOO_LARGE = Reason("too-large", _("The body is larger than %(limit)s bytes. Split it."))
TOO_MANY = Reason("too-many-requests", _("Too many requests. Try again in %(seconds)s s."))
BAD_KEY = Reason("bad-idempotency-key", _("An idempotency key has 1 to 100 visible ASCII characters."))
UNKNOWN_PARAMETER = Reason("unknown-parameter", _("There is no parameter “%(name)s” here. Possible are: %(possible)s."))
UNKNOWN_FIELD = Reason("unknown-field", _("There is no field “%(name)s”. Possible are: %(possible)s."))
UNREADABLE_TEXT = Reason(
    "unreadable-text", _("The text contains a character that cannot be stored (NUL or half a pair).")
)
OUT_OF_RANGE = Reason("out-of-range", _("A value is too large or not of the right kind to be stored."))
CONFLICT = Reason("conflict", _("Something like this exists already, or is still in use."))
UNAVAILABLE = Reason("unavailable", _("The database cannot answer right now. Try again in %(seconds)s s."))
BUSY = Reason("busy", _("Too many requests wait already. Nothing was done; try again in %(seconds)s s."))
ENDING = Reason(
    "ending",
    _("The server is being stopped or started anew. This was not done; send it again in %(seconds)s s."),
)
FULL = Reason(
    "disk-full",
    _("The server's disk is full. Nothing was done; tell the administrator, and try again in %(seconds)s s."),
)
UNDECIDED = Reason(
    "undecided",
    _("It is not known whether this was done. Repeat it with its idempotency key in %(seconds)s s; without one, look."),
)
FAULT = Reason("fault", _("This is a fault of ours; it was logged. Try again, and report it if it stays."))

# what the schema of a request refuses; the codes are those of the validator, in our words
MISSING = Reason("missing", _("%(where)s is missing."))
EXTRA = Reason("extra", _("%(where)s is not known here."))
TEXT_TOO_LONG = Reason("text-too-long", _("%(where)s: at most %(max_length)s characters."))
TEXT_TOO_SHORT = Reason("text-too-short", _("%(where)s: at least %(min_length)s characters."))
LIST_TOO_LONG = Reason("list-too-long", _("%(where)s: at most %(max_length)s entries, %(actual_length)s sent."))
LIST_TOO_SHORT = Reason("list-too-short", _("%(where)s: at least %(min_length)s entries."))
NOT_AT_LEAST = Reason("too-small", _("%(where)s: at least %(ge)s."))
NOT_MORE_THAN = Reason("not-more", _("%(where)s: more than %(gt)s."))
NOT_AT_MOST = Reason("too-big", _("%(where)s: at most %(le)s."))
NOT_LESS_THAN = Reason("not-less", _("%(where)s: less than %(lt)s."))
NOT_INTEGER = Reason("not-integer", _("%(where)s: a whole number is expected."))
NOT_TEXT = Reason("not-text", _("%(where)s: text is expected."))
NOT_YES_OR_NO = Reason("not-boolean", _("%(where)s: true or false is expected."))
NOT_DATE = Reason("not-date", _("%(where)s: a date such as 2024-05-01 is expected."))
NOT_TIME = Reason("not-datetime", _("%(where)s: a time with zone such as 2024-05-01T09:30:00+08:00 is expected."))
NOT_LIST = Reason("not-list", _("%(where)s: a list is expected."))
NOT_OBJECT = Reason("not-object", _("%(where)s: an object is expected."))
NOT_ONE_OF = Reason("not-one-of", _("%(where)s: one of %(expected)s is expected."))
NOT_DECIMAL = Reason("not-decimal", _('%(where)s: a decimal number written as text, such as "12.50", is expected.'))
INVALID = Reason("invalid", _("%(where)s is not valid: %(detail)s."))

BY_VALIDATOR = {
    "missing": MISSING,
    "extra_forbidden": EXTRA,
    "string_too_long": TEXT_TOO_LONG,
    "string_too_short": TEXT_TOO_SHORT,
    "too_long": LIST_TOO_LONG,
    "too_short": LIST_TOO_SHORT,
    "greater_than_equal": NOT_AT_LEAST,
    "greater_than": NOT_MORE_THAN,
    "less_than_equal": NOT_AT_MOST,
    "less_than": NOT_LESS_THAN,
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), NOT_INTEGER),
    "string_type": NOT_TEXT,
    **dict.fromkeys(("bool_parsing", "bool_type"), NOT_YES_OR_NO),
    **dict.fromkeys(
        ("date_parsing", "date_type", "date_from_datetime_parsing", "date_from_datetime_inexact"), NOT_DATE
    ),
    **dict.fromkeys(
        (
            "datetime_parsing",
            "datetime_type",
            "datetime_from_date_parsing",
            "timezone_aware",
            "datetime_object_invalid",
        ),
        NOT_TIME,
    ),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), NOT_LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "dataclass_type"), NOT_OBJECT),
    **dict.fromkeys(("enum", "literal_error"), NOT_ONE_OF),
    "not_decimal": NOT_DECIMAL,
}
"""Error type of the validator -> our reason; what is not listed is ``INVALID`` with the validator's own words."""
