"""Carriers, shipments, receipts. Quantities are in the SKU's base unit."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.catalog.models import Sku
from shunda.core.fields import quantity_field
from shunda.core.machine import append_only, undeletable
from shunda.customers.models import Contact
from shunda.files.models import StoredFile
from shunda.fulfilment.states import SHIPMENT, ShipmentStatus
from shunda.inventory.models import Warehouse
from shunda.orders.models import Order, OrderLine
from shunda.orders.models import TransportMode as TransportMode


class TrackingCode(models.TextChoices):
    """What carriers report, in the words they share; in the order of a journey (R138, R141, R148)."""

    COLLECTED = "collected", _("collected")
    IN_TRANSIT = "in_transit", pgettext_lazy("tracking", "in transit")
    CUSTOMS = "customs", _("at customs")
    OUT_FOR_DELIVERY = "out_for_delivery", _("out for delivery")
    FOR_PICKUP = "for_pickup", _("ready for pick-up")
    EXCEPTION = "exception", _("exception in transit")
    ATTEMPT_FAILED = "attempt_failed", _("delivery attempt failed")
    REFUSED = "refused", _("refused by the receiver")
    DELIVERED = "delivered", _("delivered")
    RETURNING = "returning", _("on its way back")
    RETURNED = "returned", _("returned to us")


class Carrier(models.Model):
    """A logistics company."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    tracking_url = models.CharField(_("tracking page"), max_length=200, blank=True)  # {number} is put in
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("carrier")]

    def __str__(self) -> str:
        return self.name


class Shipment(models.Model):
    """What leaves one warehouse for one order at once."""

    number = models.CharField(_("shipment number"), max_length=30, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, verbose_name=_("warehouse"))
    status = models.CharField(_("status"), max_length=10, choices=ShipmentStatus, default=ShipmentStatus.PLANNED)
    version = models.IntegerField(default=1)
    carrier = models.ForeignKey(Carrier, models.PROTECT, verbose_name=_("carrier"), null=True, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=60, blank=True)
    mode = models.CharField(_("transport mode"), max_length=10, choices=TransportMode, default=TransportMode.EXPRESS)
    parcels = models.SmallIntegerField(_("parcels"), default=1)
    weight = models.DecimalField(_("weight in kg"), max_digits=10, decimal_places=3, null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # of cancelling or reversing
    created_at = models.DateTimeField()
    picked_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    # the carrier's latest word, kept with its tracking events
    track_code = models.CharField(_("tracking status"), max_length=20, choices=TrackingCode, blank=True)
    track_place = models.CharField(_("latest place"), max_length=80, blank=True)
    tracked_at = models.DateTimeField(_("tracked at"), null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="shipment_status"),
            models.Index(fields=["track_code", "-id"], name="shipment_track", condition=~Q(track_code="")),
            models.Index(fields=["created_at", "id"], name="shipment_created"),
            models.Index(fields=["tracking_number"], name="shipment_tracking", condition=~Q(tracking_number="")),
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(weight__gt=0), name="shipment_weight")]
        triggers: ClassVar = [SHIPMENT.guard(), undeletable("shipment")]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """How much of an order line goes with a shipment.

    ``quantity`` is what goes; a short pick lowers it and keeps what could not be found in ``short``, with the reason.
    Until the shipment is picked, ``picked`` and ``short`` are what its scans say so far.
    """

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipment_lines")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    quantity = quantity_field(verbose_name=_("quantity"))
    picked = quantity_field(verbose_name=_("picked"), default=0)
    short = quantity_field(verbose_name=_("not found"), default=0)
    short_reason = models.CharField(_("why it is short"), max_length=200, blank=True)
    location = models.CharField(_("location"), max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "order_line"], name="shipment_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, short__gte=0, picked__gte=0, picked__lte=F("quantity")),
                name="shipment_line_quantity",
            ),
        ]
        triggers: ClassVar = [undeletable("shipment_line")]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.sku_id} {self.quantity}"


class ScanKind(models.TextChoices):
    """What a keeper says about an article of a shipment while picking."""

    FOUND = "found", _("found")
    SHORT = "short", _("not found")


class ShortReason(models.TextChoices):
    """Why something was not found where it should lie (R127)."""

    EMPTY = "empty", _("shelf is empty")
    FEWER = "fewer", _("fewer on the shelf than booked")
    DAMAGED = "damaged", _("goods are damaged")
    WRONG = "wrong", _("something else lies there")
    OUT_OF_REACH = "out_of_reach", _("cannot be reached now")
    OTHER = "other", _("another reason")


class Scan(models.Model):
    """One scan while a shipment is picked: so much of an article was found, or was not there and why.

    Taking one back is a scan of a negative quantity. ``key`` is the device's own name for the scan: it comes once,
    however often a bad connection makes the device send it. ``scanned_at`` is when the device says it happened,
    ``at`` when we heard of it.
    """

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="scans", db_index=False
    )  # scan_of begins with it
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=5, choices=ScanKind)
    quantity = quantity_field(verbose_name=_("quantity"))
    code = models.CharField(_("scanned"), max_length=60)
    reason = models.CharField(_("why it is short"), max_length=200, blank=True)
    key = models.CharField(max_length=60, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(_("by"), max_length=120)
    scanned_at = models.DateTimeField(_("scanned at"))
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(quantity=0), name="scan_counts"),
            models.UniqueConstraint(
                fields=["shipment", "actor_id", "key"], name="scan_once", condition=~Q(key=""), nulls_distinct=False
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["shipment", "-id"], name="scan_of")]
        triggers: ClassVar = append_only("scan")

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.code} {self.quantity}"


class TrackingEvent(models.Model):
    """One word of a carrier about a shipment: what, when, where; added, never changed.

    It comes once, however often and in whatever order a carrier tells it. The shipment shows the latest: by the time it
    happened, and of one moment what comes later on a journey.
    """

    shipment = models.ForeignKey(
        Shipment, models.PROTECT, related_name="tracking", db_index=False
    )  # tracking_once begins with it
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    code = models.CharField(_("tracking status"), max_length=20, choices=TrackingCode)
    happened_at = models.DateTimeField(_("happened at"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    text = models.CharField(_("the carrier's words"), max_length=200, blank=True)
    signer = models.CharField(_("signed by"), max_length=80, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "happened_at", "code"], name="tracking_once"),
        ]
        triggers: ClassVar = append_only("trackingevent")

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.code}"


class Receipt(models.Model):
    """The customer's named contact signed: quantity, look and packing were checked (R143).

    With ``evidence`` nobody of ours saw it: a carrier's word stands for the signature, and nothing was checked.
    """

    shipment = models.OneToOneField(Shipment, models.PROTECT, related_name="receipt")
    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts")
    signed_by = models.CharField(_("signed by"), max_length=80)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField()
    signature = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    looks_good = models.BooleanField(_("goods undamaged"), default=True)
    packing_intact = models.BooleanField(_("packing intact"), default=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    recorded_by = models.CharField(max_length=120)
    evidence = models.ForeignKey(TrackingEvent, models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers: ClassVar = append_only("receipt")

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.signed_by}"


class ReceiptLine(models.Model):
    """What was really handed over: accepted, and refused for damage or because it was missing."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    shipment_line = models.OneToOneField(ShipmentLine, models.PROTECT, related_name="receipt_line")
    accepted = quantity_field()
    damaged = quantity_field(default=0)
    missing = quantity_field(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted__gte=0, damaged__gte=0, missing__gte=0), name="receipt_line_quantities"
            ),
        ]
        triggers: ClassVar = append_only("receipt_line")

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.accepted}"
