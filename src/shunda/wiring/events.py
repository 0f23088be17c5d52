"""What events are called in timelines. Moves of a machine speak for themselves unless they are here too."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "user.create": _("Access given"),
    "user.edit": _("Particulars changed"),
    "user.deactivate": _("Access ended"),
    "user.reactivate": _("Access given back"),
    "user.set_password": _("New password set by an administrator"),
    "user.change_password": _("Password changed"),
    "role.create": _("Role made"),
    "role.edit": _("Role changed"),
    "region.create": _("Region made"),
    "region.edit": _("Region changed"),
    "token.create": _("API token made"),
    "token.revoke": _("API token revoked"),
}
