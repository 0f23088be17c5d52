"""Where the 21 open orders stand when history ends: something is waiting for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from shunda.demo.company import Company, at, done
from shunda.demo.data import OldOrder
from shunda.demo.desk import waiting
from shunda.demo.history import UNREVIEWED, Drain, entered_ids
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec
from shunda.orders import actions as orders
from shunda.orders.models import Department

PACKED, PICKED, PLANNED = ("11008", "11019"), ("11039", "11040"), ("11045", "11051", "11054", "11058")
"""Confirmed orders on their way through the warehouse; the other confirmed ones have no shipment yet."""

APPROVED_BY_SALES, SENT_BACK = "11075", "11076"
REMARK = "请补充客户的付款账号 Please add the customer's bank account."


def leave_open(company: Company, history: Sequence[OldOrder], drain: Drain) -> None:
    """Some shipments are planned, picked or packed; of the last day's orders one is sent back, one half reviewed."""
    ids, keeper, day = entered_ids(history), company.staff["warehouse_keeper"], UNREVIEWED
    specs = [ShipmentSpec(ids[number]) for number in (*PACKED, *PICKED, *PLANNED)]
    shipments = [shipment.pk for shipment in done(fulfilment.create(specs, by=keeper, at=at(day, 13)))]
    picked = shipments[: len(PACKED) + len(PICKED)]
    done(fulfilment.pick([PickSpec(pk) for pk in picked], by=keeper, at=at(day, 14)))
    done(fulfilment.pack([PackSpec(pk) for pk in picked[: len(PACKED)]], by=keeper, at=at(day, 15)))
    sales = waiting([ids[APPROVED_BY_SALES]], Department.SALES)
    done(orders.approve(sales, by=company.staff["sales_manager"], at=at(day, 16)))
    finance = waiting([ids[SENT_BACK]], Department.FINANCE)
    done(orders.send_back(finance, REMARK, by=company.staff["finance"], at=at(day, 16, 30)))
    drain()
