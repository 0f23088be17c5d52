"""Warehouses, balances and the append-only ledgers behind them. Quantities are in the SKU's base unit."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.catalog.models import Sku
from shunda.core.fields import quantity_field
from shunda.core.machine import append_only, unchangeable, undeletable

UNCHECKED: dict[str, Any] = {"db_constraint": False, "db_index": False}
"""A reference that the database does not check row by row, as it cannot point nowhere: what it points at is never
deleted, the one place that writes it has just read it, and ``verify`` looks (docs/decisions/0016-placing-path.md)."""


class Warehouse(models.Model):
    """A place that keeps stock."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("warehouse")]

    def __str__(self) -> str:
        return self.name


class Balance(models.Model):
    """What a warehouse has of a SKU: always the sum of the ledgers, changed in the statement that adds to them."""

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="balances", db_index=False)  # balance_once begins with it
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="balances")
    on_hand = quantity_field(verbose_name=_("on hand"), default=0)
    reserved = quantity_field(verbose_name=_("locked"), default=0)
    in_transit = quantity_field(verbose_name=_("in transit"), default=0)
    location = models.CharField(_("location"), max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sku", "warehouse"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("on_hand")), name="balance_not_oversold"
            ),
            models.CheckConstraint(condition=Q(in_transit__gte=0), name="balance_transit"),
        ]
        triggers: ClassVar = [undeletable("balance")]

    def __str__(self) -> str:
        return f"{self.sku_id}@{self.warehouse_id}"


class DemandKind(models.TextChoices):
    """Who wants it."""

    ORDER = "order", _("sales order")
    TRANSFER = "transfer", _("transfer")
    WORK_ORDER = "work_order", _("work order")


class Demand(models.Model):
    """Somebody wants this much of this by then. Open is quantity - issued - cancelled; reserved is promised of it.

    ``promised`` is what it was promised in the moment it was made, the first entry of its own ledger, never changed;
    what came to it and went from it later are ``Reservation`` rows. The sum of both is ``reserved``.
    """

    kind = models.CharField(max_length=12, choices=DemandKind, default=DemandKind.ORDER)
    order_id = models.BigIntegerField(null=True)  # kept together with the order it serves; a number, not a table
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", **UNCHECKED)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", **UNCHECKED)
    quantity = quantity_field()
    promised = quantity_field(default=0, db_default=0)
    reserved = quantity_field(default=0)
    issued = quantity_field(default=0)
    cancelled = quantity_field(default=0)
    due = models.DateField(null=True)
    priority = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    reserved__gte=0,
                    issued__gte=0,
                    cancelled__gte=0,
                    quantity__gte=F("reserved") + F("issued") + F("cancelled"),
                ),
                name="demand_within",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sku", "warehouse"],
                name="demand_open",
                condition=Q(quantity__gt=F("issued") + F("cancelled")),
            ),
            models.Index(fields=["order_id"], name="demand_order"),
        ]
        triggers: ClassVar = [undeletable("demand"), unchangeable("demand", "promised")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.quantity}"

    @property
    def open(self) -> Decimal:
        """What is still waited for: neither issued nor cancelled."""
        left: Decimal = self.quantity - self.issued - self.cancelled
        return left

    @property
    def lacking(self) -> Decimal:
        """What still needs a promise."""
        left: Decimal = self.open - self.reserved
        return left


class SupplyKind(models.TextChoices):
    """Where announced stock comes from."""

    TRANSFER = "transfer", _("transfer")
    PURCHASE = "purchase", _("purchase")
    WORK_ORDER = "work_order", _("work order")


class Supply(models.Model):
    """This much of this will arrive there by then; open is quantity - received - cancelled and shows as in transit."""

    kind = models.CharField(max_length=12, choices=SupplyKind)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    source = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", null=True)
    quantity = quantity_field()
    received = quantity_field(default=0)
    cancelled = quantity_field(default=0)
    expected_on = models.DateField(null=True)
    reference = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0, received__gte=0, cancelled__gte=0, quantity__gte=F("received") + F("cancelled")
                ),
                name="supply_within",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sku", "warehouse"],
                name="supply_open",
                condition=Q(quantity__gt=F("received") + F("cancelled")),
            ),
        ]
        triggers: ClassVar = [undeletable("supply")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.quantity}"

    @property
    def open(self) -> Decimal:
        """What is still on its way."""
        left: Decimal = self.quantity - self.received - self.cancelled
        return left


class MoveKind(models.TextChoices):
    """Why stock changed."""

    RECEIPT = "receipt", _("receipt")
    ADJUSTMENT = "adjustment", _("adjustment")
    TRANSFER_OUT = "transfer_out", _("transfer out")
    TRANSFER_IN = "transfer_in", _("transfer in")
    ISSUE = "issue", _("goods issue")
    ISSUE_REVERSED = "issue_reversed", _("goods issue reversed")
    CUSTOMER_RETURN = "customer_return", _("customer return")


class StockMove(models.Model):
    """Stock on hand changed by ``quantity`` (positive in, negative out)."""

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", db_index=False)  # stock_move_sku begins with it
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=MoveKind)
    quantity = quantity_field()
    demand = models.ForeignKey(Demand, models.PROTECT, null=True, related_name="moves")
    supply = models.ForeignKey(Supply, models.PROTECT, null=True, related_name="moves")
    order_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=60, blank=True)  # number of the document that caused it
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(quantity=0), name="stock_move_moves")]
        indexes: ClassVar = [
            models.Index(fields=["sku", "warehouse", "id"], name="stock_move_sku"),
            models.Index(fields=["order_id"], name="stock_move_order", condition=Q(order_id__isnull=False)),
        ]
        triggers: ClassVar = append_only("stock_move")

    def __str__(self) -> str:
        return f"{self.kind} {self.sku_id} {self.quantity}"


class Reservation(models.Model):
    """The promise to a demand changed by ``quantity`` (positive: locked, negative: released or issued).

    Not what it was promised when it was made: that stands in the demand itself (``Demand.promised``).
    """

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="reservations", **UNCHECKED)
    order_id = models.BigIntegerField(null=True)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", **UNCHECKED)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", **UNCHECKED)
    quantity = quantity_field()
    reason = models.CharField(max_length=20)  # reserve, release, issue, issue_reversed
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(quantity=0), name="reservation_changes")]
        indexes: ClassVar = [models.Index(fields=["sku", "warehouse", "id"], name="reservation_sku")]
        triggers: ClassVar = append_only("reservation")

    def __str__(self) -> str:
        return f"{self.demand_id} {self.quantity}"
