"""Shipments for tests, made through the actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from shunda.core.actor import system
from shunda.fulfilment import actions
from shunda.fulfilment.models import Carrier, Shipment
from shunda.fulfilment.specs import PackSpec, PickSpec, ReceiptSpec, ShipmentSpec, ShipSpec
from shunda.orders.models import Order, OrderLine
from shunda.orders.tests.builders import AT

STEPS = ("planned", "picked", "packed", "shipped", "signed")


def carrier(code: str = "SF", **fields: object) -> Carrier:
    """A carrier, the same one for the same code."""
    return Carrier.objects.get_or_create(code=code, defaults={"name": f"Carrier {code}", **fields})[0]


def shipment(
    order: Order,
    status: str = "planned",
    lines: Mapping[OrderLine, Decimal | int] | None = None,
    *,
    at: datetime = AT,
) -> Shipment:
    """A shipment of an order brought to this status; all that can be shipped unless lines are given."""
    quantities = None if lines is None else {line.pk: Decimal(n) for line, n in lines.items()}
    made = actions.create([ShipmentSpec(order.pk, quantities)], by=system(), at=at).one()
    return advance(made, status, at=at)


def advance(made: Shipment, status: str, *, at: datetime = AT) -> Shipment:
    """The shipment brought from where it is to a later status."""
    made.refresh_from_db()
    for step in STEPS[STEPS.index(made.status) + 1 : STEPS.index(status) + 1]:
        match step:
            case "picked":
                made = actions.pick([PickSpec(made.pk)], by=system(), at=at).one()
            case "packed":
                made = actions.pack([PackSpec(made.pk)], by=system(), at=at).one()
            case "shipped":
                spec = ShipSpec(made.pk, carrier().pk, f"SF{made.pk}")
                made = actions.ship([spec], by=system(), at=at).one()
            case "signed":
                made = actions.sign([ReceiptSpec(made.pk, "李经理")], by=system(), at=at).one()
    return made
