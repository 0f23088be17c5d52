"""The columns an order list can have."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.customers.rules import masked_phone
from shunda.orders.models import Channel, Order, OrderKind, Priority
from shunda.web.columns import Column

PRIVATE = "customers.view_private"


def _page_of(order: Order) -> str:
    return reverse("orders:detail", args=[order.pk])


def _page_of_customer(order: Order) -> str:
    return reverse("customers:detail", args=[order.customer_id])


def _phone(name: str, label: Any) -> Column:
    return Column(name, label, shown=False, private=PRIVATE, mask=masked_phone)


NUMBER = Column(
    "number",
    _("Number"),
    url=_page_of,
    cell="orders/cells/number.html",
    sort=("newest", "oldest"),
    fixed=True,
    reads=("urgent", "revision", "blocked_by"),
)
CUSTOMER = Column("customer", _("Customer"), "customer_name")
ORDERED = Column("order_date", _("Order date"), kind="day", sort=("latest", "earliest"))
WANTED = Column("wanted_date", _("Wanted"), kind="day")
TOTAL = Column("gross", _("Total"), kind="money")
OWNER = Column("owner", _("Sales representative"))

MORE = (
    Column("promised_date", _("Promised"), kind="day", shown=False),
    Column("customer_code", _("Customer number"), "customer.code", shown=False, url=_page_of_customer),
    Column("customer_reference", _("Customer's order number"), shown=False),
    Column("external_number", _("Number in the channel"), shown=False),
    Column("contract_number", _("Contract number"), shown=False),
    Column("kind", _("Order type"), lambda order: OrderKind(order.kind), shown=False),
    Column("channel", _("Channel"), lambda order: Channel(order.channel), shown=False),
    Column("region", _("Region"), shown=False),
    Column("team", _("Team"), shown=False),
    Column("warehouse", _("Warehouse"), shown=False),
    Column("priority", _("Priority"), lambda order: Priority(order.priority), shown=False),
    Column("urgent", _("Urgent"), kind="yes", shown=False),
    Column("revision", _("Revision"), lambda order: order.revision or "", shown=False),
    Column("term", _("Payment term"), shown=False),
    Column("currency", _("Currency"), shown=False),
    Column("net", _("Net"), kind="money", shown=False),
    Column("tax", _("Tax"), kind="money", shown=False),
    Column("invoiced", _("Invoiced"), kind="money", shown=False),
    Column("paid", _("Paid"), kind="money", shown=False),
    Column(
        "unpaid",
        _("Unpaid"),
        lambda order: order.gross - order.paid,
        kind="money",
        shown=False,
        reads=("gross", "paid"),
    ),
    Column("contact_name", _("Contact"), shown=False),
    _phone("contact_phone", _("Contact's phone")),
    Column("receiver", _("Receiver"), shown=False),
    _phone("receiver_phone", _("Receiver's phone")),
    Column("ship_province", _("Province"), shown=False),
    Column("ship_city", _("City"), shown=False),
    Column("created_at", _("Entered"), kind="moment", shown=False),
    Column("confirmed_at", _("Confirmed"), kind="moment", shown=False),
    Column("note", _("Note"), shown=False),
)

WORKING = (
    NUMBER,
    Column("stage", _("Stage"), kind="badge"),
    CUSTOMER,
    ORDERED,
    WANTED,
    TOTAL,
    OWNER,
    *MORE,
    Column("completed_at", _("Completed"), kind="moment", shown=False),
)
"""What the working list shows unless somebody chose otherwise, then what can be added."""

ARCHIVED = (
    NUMBER,
    CUSTOMER,
    ORDERED,
    Column("archived_at", _("Archived"), kind="day"),
    Column("keep_until", _("Kept until"), kind="day"),
    TOTAL,
    OWNER,
    *MORE,
)
"""The same for the archive."""
