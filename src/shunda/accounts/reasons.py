"""Every refusal about people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from shunda.core.refusal import Reason

BAD_USERNAME = Reason(
    "accounts.bad-username",
    _("“%(username)s” cannot be a user name: use 2 to 60 letters, digits or any of . _ - + @ without spaces."),
)
USERNAME_TAKEN = Reason("accounts.username-taken", _("The user name “%(username)s” is taken. Choose another one."))
NAME_MISSING = Reason("accounts.name-missing", _("A name is needed, of at most 80 characters."))
BAD_EMAIL = Reason("accounts.bad-email", _("“%(email)s” is not an email address."))
BAD_PHONE = Reason(
    "accounts.bad-phone", _("“%(phone)s” is not a phone number: 5 to 20 digits, with + and - if needed.")
)
TOO_LONG = Reason("accounts.too-long", _("“%(field)s” is too long: at most %(limit)s characters."))
UNKNOWN_LANGUAGE = Reason("accounts.unknown-language", _("There is no language “%(language)s” here."))
UNKNOWN_THEME = Reason("accounts.unknown-theme", _("There is no theme “%(theme)s”: light, dark or system."))
WEAK_PASSWORD = Reason("accounts.weak-password", _("This password cannot be used: %(why)s"))
UNKNOWN_ROLE = Reason("accounts.unknown-role", _("There is no role with the number %(role)s."))
UNKNOWN_REGION = Reason("accounts.unknown-region", _("There is no region with the number %(region)s."))
NO_ROLE = Reason("accounts.no-role", _("A person needs at least one role. To end the access, deactivate the person."))
GRANTS_MORE = Reason(
    "accounts.grants-more",
    _("You cannot give what you do not have yourself: %(missing)s. Ask an administrator."),
)
REACHES_FURTHER = Reason(
    "accounts.reaches-further", _("You cannot let others see further than you see yourself. Ask an administrator.")
)
ABOVE_YOU = Reason(
    "accounts.above-you", _("%(name)s may do more than you. Only an administrator can change this account.")
)
LAST_ADMINISTRATOR = Reason(
    "accounts.last-administrator",
    _("%(name)s is the last active administrator. Make another person administrator first."),
)
ALREADY_INACTIVE = Reason("accounts.already-inactive", _("%(name)s is not active any more."))
ALREADY_ACTIVE = Reason("accounts.already-active", _("%(name)s is active already."))
BAD_CODE = Reason(
    "accounts.bad-code", _("“%(code)s” cannot be a code: use 1 to %(limit)s lower-case letters, digits, - or _.")
)
CODE_TAKEN = Reason("accounts.code-taken", _("The code “%(code)s” is taken. Choose another one."))
UNKNOWN_PERMISSION = Reason("accounts.unknown-permission", _("There is no permission “%(permission)s”."))
UNKNOWN_REACH = Reason("accounts.unknown-reach", _("“%(reach)s” is not own, region or all."))
FULL_ROLE = Reason(
    "accounts.full-role", _("The role “%(name)s” always holds every permission. Make a role of your own instead.")
)
REGION_IN_USE = Reason(
    "accounts.region-in-use", _("%(count)s active people still work in “%(name)s”. Give them another region first.")
)
UNKNOWN_ABILITY = Reason(
    "accounts.unknown-ability",
    _("“%(ability)s” is no ability: name product categories or order types, with commas between."),
)
UNKNOWN_PERSON = Reason("accounts.unknown-person", _("There is no active person with the number %(person)s."))
PERSON_TWICE = Reason("accounts.person-twice", _("%(person)s is in the team twice."))
BAD_CAPACITY = Reason("accounts.bad-capacity", _("Somebody looks after between 1 and %(most)s orders."))
NO_SCOPE = Reason("accounts.no-scope", _("Choose at least one scope."))
SCOPE_LACKING = Reason("accounts.scope-lacking", _("You lack the permission “%(permission)s” yourself."))
BAD_EXPIRY = Reason("accounts.bad-expiry", _("A token ends between 1 and %(days)s days from now."))
TOKEN_REVOKED = Reason("accounts.token-revoked", _("The token “%(name)s” was revoked already."))

PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
"""Django's own sentence, which its Chinese catalogue lacks; that it stands here puts it into ours."""
BAD_ABSENCE = Reason("accounts.bad-absence", _("The last day comes after the first, is not over, and within a year."))
NO_DEPUTY = Reason("accounts.no-deputy", _("Choose another active person to stand in."))
AWAY_ALREADY = Reason("accounts.away-already", _("Somebody is named for some of these days already; end that first."))
DEPUTY_AWAY = Reason("accounts.deputy-away", _("%(name)s is away on some of these days; choose somebody else."))
IS_DEPUTY = Reason(
    "accounts.is-deputy", _("Whoever stands in for others on these days cannot pass that on; end it first.")
)
STANDING_ENDED = Reason("accounts.standing-ended", _("This has ended already."))
