"""The columns the list of customers can have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shunda.customers.models import CustomerClass
from shunda.customers.rules import masked_account, masked_phone
from shunda.web.columns import Column

PRIVATE = "customers.view_private"

COLUMNS = (
    Column("code", _("Code"), cell="customers/cells/code.html", sort=("code", "code_down"), fixed=True),
    Column("name", _("Customer"), cell="customers/cells/name.html"),
    Column("customer_class", _("Class"), lambda row: CustomerClass(row.customer_class)),
    Column("grade", _("Grade")),
    Column("region", _("Region")),
    Column("owner", _("Sales representative")),
    Column("term", _("Payment term")),
    Column(
        "standing",
        _("Standing"),
        lambda row: _("frozen") if row.frozen else _("not frozen"),
        cell="customers/cells/standing.html",
    ),
    Column("short_name", _("short name"), shown=False),
    Column("country", _("country"), shown=False),
    Column("credit_code", _("unified social credit code"), shown=False),
    Column("phone", _("phone"), shown=False, private=PRIVATE, mask=masked_phone),
    Column("bank", _("bank"), shown=False),
    Column("bank_account", _("bank account"), shown=False, private=PRIVATE, mask=masked_account),
    Column("registered_address", _("registered address"), shown=False),
    Column("industry", _("industry"), shown=False),
    Column("currency", _("currency"), shown=False),
    Column("frozen_reason", _("reason for freezing"), shown=False),
    Column("created_at", _("Opened"), kind="day", shown=False, sort=("newest", "oldest")),
    Column("note", _("note"), shown=False),
)
"""What the list shows unless somebody chose otherwise, then what can be added."""
