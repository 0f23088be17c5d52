"""The menu of every page, top to bottom, and the pages the layout itself links to.

Each entry: text, url name, icon, the permission to see it. Add your page's line to its group.
"""

from django.utils.translation import gettext_lazy as _

from shunda.changes.tasks import ROLES
from shunda.orders.models import Department
from shunda.orders.tasks import REVIEWS
from shunda.web.navigation import Entry, Group
from shunda.web.search import Switch

REVIEWERS = tuple(f"orders.review_{department}" for department in Department)
DECIDERS = tuple(sorted(set(ROLES.values())))

KEEPERS = tuple(f"fulfilment.{move}_shipment" for move in ("pick", "pack", "ship"))

MENU = [
    Group(
        "",
        [
            Entry(_("Worklist"), "work:home", "checkbox", "work.view_task"),
        ],
    ),
    Group(
        _("Sales"),
        [
            Entry(_("Orders"), "orders:index", "file-text", "orders.view_order"),
            Entry(_("Review desk"), "orders:desk", "checklist", REVIEWERS),
            Entry(_("Holds"), "orders:holds", "hand-stop", "orders.view_order"),
            Entry(_("Order changes"), "changes:index", "pencil", "orders.view_order"),
            Entry(_("Changes to decide"), "changes:desk", "checkbox", DECIDERS),
            Entry(_("Imports"), "channels:index", "file-import", "channels.create_import"),
            Entry(_("Archive"), "orders:archived", "archive", "orders.view_order"),
        ],
    ),
    Group(
        _("Warehouse"),
        [
            Entry(_("Warehouse floor"), "fulfilment:floor", "barcode", KEEPERS),
            Entry(_("To ship"), "fulfilment:to_plan", "truck-loading", "fulfilment.view_shipment"),
            Entry(_("Shipments"), "fulfilment:index", "truck", "fulfilment.view_shipment"),
            Entry(_("Stock"), "inventory:index", "packages", "inventory.view_stock"),
            Entry(_("On its way"), "inventory:coming", "truck-loading", "inventory.view_stock"),
            Entry(_("Stock ledger"), "inventory:moves", "history", "inventory.view_stock"),
        ],
    ),
    Group(
        _("Finance"),
        [
            Entry(_("Credit"), "credit:index", "scale", "credit.view_exposure"),
            Entry(_("Payments"), "billing:payments", "cash", "billing.view_payment"),
            Entry(_("To invoice"), "billing:to_invoice", "file-plus", "billing.create_invoice"),
            Entry(_("Invoices"), "billing:invoices", "file-invoice", "billing.view_invoice"),
            Entry(_("Settlements"), "billing:settlements", "receipt", "billing.view_settlement"),
        ],
    ),
    Group(
        _("Planning"),
        [Entry(_("Demand plans"), "planning:index", "calendar-event", "planning.view_plan")],
    ),
    Group(
        _("Assessments"),
        [
            Entry(_("Cases about me"), "assessments:mine", "user-check", "work.view_task"),
            Entry(_("Cases"), "assessments:index", "clipboard-check", "assessments.view_assessment"),
            Entry(_("Review meetings"), "assessments:meetings", "users-group", "assessments.view_assessment"),
            Entry(_("Monthly sheets"), "assessments:months", "report-money", "assessments.view_sheet"),
        ],
    ),
    Group(
        _("Master data"),
        [
            Entry(_("Carriers"), "fulfilment:carriers", "truck-delivery", "fulfilment.view_carrier"),
            Entry(_("Warehouses"), "inventory:warehouses", "building-warehouse", "inventory.view_warehouse"),
            Entry(_("Price lists"), "pricing:index", "tag", "pricing.view_pricelist"),
            Entry(_("Customers"), "customers:index", "building", "customers.view_customer"),
            Entry(_("Products"), "catalog:index", "package", "catalog.view_product"),
            Entry(_("Categories"), "catalog:categories", "category", "catalog.view_product"),
            Entry(_("Units"), "catalog:units", "ruler-2", "catalog.view_product"),
            Entry(_("Payment terms"), "customers:terms", "calendar-due", "customers.view_customer"),
        ],
    ),
    Group(
        _("Administration"),
        [
            Entry(_("Settings"), "policies:index", "adjustments", "policies.view_setting"),
            Entry(_("Calendar"), "policies:calendar", "calendar", "policies.view_setting"),
            Entry(_("Decision tables"), "policies:tables", "table", "policies.view_table"),
            Entry(_("Users"), "accounts:users", "users", "accounts.view_user"),
            Entry(_("Roles"), "accounts:roles", "shield-lock", "accounts.view_role"),
            Entry(_("Regions"), "accounts:regions", "map", "accounts.view_region"),
            Entry(_("Teams"), "accounts:teams", "users-group", "accounts.view_team"),
            Entry(_("Parked jobs"), "parked:index", "player-pause", "accounts.administer"),
        ],
    ),
]

TASK_DESKS: dict[str, str] = {
    **dict.fromkeys(REVIEWS.values(), "orders:desk"),
    **dict.fromkeys((f"change.{role}" for role in ROLES), "changes:desk"),
    "shipment.create": "fulfilment:to_plan",
    **dict.fromkeys(("shipment.pick", "shipment.pack", "shipment.ship"), "fulfilment:floor"),
    "payment.match": "billing:payments",
    "invoice.create": "billing:to_invoice",
    "settlement.confirm": "billing:settlements",
}
"""Kind of step -> the page of the menu where such steps are done one after the other."""

ACTIONS = [
    Entry(_("New order"), "orders:create", "file-plus", "orders.create_order"),
    Entry(_("Import orders from a file"), "channels:upload", "file-import", "channels.create_import"),
    Entry(_("New customer"), "customers:create", "building", "customers.create_customer"),
    Entry(_("New product"), "catalog:create", "package", "catalog.create_product"),
    Entry(_("Record a payment"), "billing:record", "cash", "billing.create_payment"),
    Entry(_("Record a case"), "assessments:record", "clipboard-check", "assessments.record_assessment"),
    Entry(_("Book goods received"), "inventory:receive", "packages", "inventory.receive_stock"),
]
"""What can be begun from the command palette; the moves of a row come from its machine ("confirm SO2026…")."""

SWITCHES = [
    Switch(_("Language: English"), "language", "en"),
    Switch(_("Language: Chinese"), "language", "zh-hans"),
    Switch(_("Theme: light"), "theme", "light"),
    Switch(_("Theme: dark"), "theme", "dark"),
    Switch(_("Theme: as the system"), "theme", "system"),
]
"""What is set from the command palette: one's own preferences."""

LINKS = {
    "search": "web:search",
    "home": "work:home",
    "login": "account_login",
    "logout": "account_logout",
    "profile": "accounts:profile",
    "preferences": "accounts:preferences",
    "notifications": "work:notifications",
    "leave_standing": "accounts:leave-standing",
}
"""What the layout links to: url names; ``search`` and ``home`` are drawn once they are here."""
