"""How people read permissions. Moves of a machine speak for themselves (``Confirm``) unless they are here too."""

from django.utils.translation import gettext_lazy as _

GROUPS = {
    "orders": _("Orders"),
    "fulfilment": _("Shipping"),
    "billing": _("Billing"),
    "inventory": _("Stock"),
    "pricing": _("Prices"),
    "credit": _("Credit"),
    "customers": _("Customers"),
    "catalog": _("Products"),
    "work": _("Worklist"),
    "channels": _("Order intake"),
    "files": _("Files"),
    "policies": _("Settings"),
    "accounts": _("People and roles"),
}

PERMISSIONS = {
    "accounts.administer": _("Administer: grant every permission, change every account"),
    "accounts.view_user": _("See people"),
    "accounts.create_user": _("Add people"),
    "accounts.edit_user": _("Change people, their roles and passwords"),
    "accounts.view_role": _("See roles"),
    "accounts.create_role": _("Add roles"),
    "accounts.edit_role": _("Change roles"),
    "accounts.view_region": _("See regions"),
    "accounts.create_region": _("Add regions"),
    "accounts.edit_region": _("Change regions"),
}
