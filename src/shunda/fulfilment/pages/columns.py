"""The columns the list of shipments can have."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.fulfilment.models import Shipment, TrackingCode, TransportMode
from shunda.fulfilment.states import ShipmentStatus
from shunda.web.columns import Column


def _page_of_order(row: Shipment) -> str:
    return reverse("orders:detail", args=[row.order_id])


def _tracking(row: Shipment) -> str:
    return TrackingCode(row.track_code) if row.track_code else ""


COLUMNS = (
    Column("number", _("Shipment"), cell="fulfilment/cells/number.html", sort=("newest", "oldest"), fixed=True),
    Column("status", _("Status"), lambda row: ShipmentStatus(row.status), cell="fulfilment/cells/status.html"),
    Column("order", _("Order"), "order.number", url=_page_of_order),
    Column("customer", _("Customer"), "order.customer_name"),
    Column("warehouse", _("Warehouse")),
    Column("carrier", _("Carrier"), lambda row: row.carrier or "", cell="fulfilment/cells/carrier.html"),
    Column("track_code", _("Tracking"), _tracking, cell="fulfilment/cells/tracking.html"),
    Column("created_at", _("Planned"), kind="moment", sort=("latest", "earliest")),
    Column("tracking_number", _("tracking number"), shown=False),
    Column("tracked_at", _("tracked at"), kind="moment", shown=False),
    Column("track_place", _("latest place"), shown=False),
    Column("mode", _("transport mode"), lambda row: TransportMode(row.mode), shown=False),
    Column("urgent", _("urgent"), "order.urgent", kind="yes", shown=False),
    Column("customer_reference", _("Customer's order number"), "order.customer_reference", shown=False),
    Column("receiver", _("Receiver"), "order.receiver", shown=False),
    Column("ship_city", _("City"), "order.ship_city", shown=False),
    Column("parcels", _("parcels"), kind="number", shown=False),
    Column("weight", _("weight in kg"), kind="quantity", shown=False),
    Column("picked_at", _("Picked"), kind="moment", shown=False),
    Column("packed_at", _("Packed"), kind="moment", shown=False),
    Column("shipped_at", _("Shipped"), kind="moment", shown=False),
    Column("signed_at", _("Signed"), kind="moment", shown=False),
    Column("note", _("note"), shown=False),
)
"""What the list shows unless somebody chose otherwise, then what can be added."""
