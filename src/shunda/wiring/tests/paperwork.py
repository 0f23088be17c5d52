"""An order with every document it can have, for tests of documents."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import segno

from shunda.billing import actions as billing
from shunda.billing import jobs as billing_jobs
from shunda.billing.models import CreditNote, Invoice, Settlement
from shunda.billing.specs import CreditSpec
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.files.steps import store
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import CarrierSpec, Handed, PackSpec, PickSpec, ReceiptSpec, ShipmentSpec, ShipSpec
from shunda.inventory.models import Balance
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.policies.actions import change_setting
from shunda.policies.queries import value
from shunda.policies.specs import SettingSpec

BY = system("赵敏", "web")
COMPANY = {
    "name": "上海顺达商贸有限公司", "name_en": "Shanghai Shunda Trading Co., Ltd.",
    "address": "上海市浦东新区世纪大道100号", "address_en": "100 Century Avenue, Pudong, Shanghai",
    "phone": "021-58880000", "credit_code": "91310115MA1K3XXX0X",
    "bank": "中国建设银行上海张江支行", "bank_account": "3100 1520 3130 5001 2345",
}  # fmt: skip


@dataclass
class Paperwork:
    """The order and its documents."""

    order: Order
    shipment: Shipment
    settlement: Settlement
    invoice: Invoice


def company() -> None:
    """Our letterhead is filled in."""
    specs = [SettingSpec(f"company.{name}", value, "opened") for name, value in COMPANY.items()]
    assert not change_setting(specs, by=BY, at=AT).refused


def articles(count: int, code: str) -> list[tuple]:
    """So many lines: (SKU, quantity, unit price). However many, the order is none that people look at first."""
    made = [
        sku(
            f"{code}-{6200 + n}", name="深沟球轴承", name_en="Deep groove ball bearing", model=f"{6200 + n}-2RS",
            specification="20×47×14 mm", parameters={},
        )
        for n in range(count)
    ]  # fmt: skip
    return [(article, 10 * (n + 1) if n < 3 else 1, Decimal("12.5") + n) for n, article in enumerate(made)]


def order(count: int = 3, code: str = "BRG", **fields) -> Order:
    """A confirmed order with a discount and freight; many lines alone do not ask for a signed letter here."""
    if value("orders.complex_lines") <= count:
        assert not change_setting([SettingSpec("orders.complex_lines", 1000, "–")], by=BY, at=AT).refused
    buyer = customer(
        code, name="杭州西湖机电设备有限公司", bank="中国工商银行杭州西湖支行",
        bank_account="1202022209900123456", phone="0571-88880000", registered_address="杭州市西湖区文三路478号",
    )  # fmt: skip
    return confirmed_order(
        buyer,
        articles(count, code),
        **{
            "discount": Decimal(45),
            "freight": Decimal(100),
            "contract_number": "HT-2026-0088",
            "customer_reference": "PO-7781",
            "packing": "木箱，防潮",
            "note": "请于上午送货，提前一小时电话联系。",
            "payment_due": date(2026, 6, 20),
            "urgent": True,
            **fields,
        },
    )


def shipment(made: Order) -> Shipment:
    """Everything of the order, planned, with locations."""
    for n, balance in enumerate(Balance.objects.filter(warehouse=made.warehouse).order_by("-pk")):
        Balance.objects.filter(pk=balance.pk).update(location=f"A-{n // 4 + 1:02d}-{n % 4 + 1}")
    carrier = fulfilment.create_carriers([CarrierSpec("SF", "顺丰速运")], by=BY, at=AT).one()
    return fulfilment.create([ShipmentSpec(made.pk, carrier_id=carrier.pk)], by=BY, at=AT).one()


def signature() -> int:
    """A stored picture."""
    out = io.BytesIO()
    segno.make("signature").save(out, kind="png", scale=4)
    files, refused = store([Upload("signature.png", out.getvalue(), len(out.getvalue()))], by=BY, at=AT)
    assert not refused
    return files[0].pk


def signed(made: Order) -> Shipment:
    """The whole order delivered; of the first line two pieces are damaged and one is missing."""
    planned = shipment(made)
    fulfilment.pick([PickSpec(planned.pk)], by=BY, at=AT).one()
    fulfilment.pack([PackSpec(planned.pk, parcels=2)], by=BY, at=AT).one()
    fulfilment.ship([ShipSpec(planned.pk, tracking_number="SF1029384756")], by=BY, at=AT).one()
    first = planned.lines.order_by("pk")[0]
    handed = Handed(first.quantity - 3, Decimal(2), Decimal(1))
    spec = ReceiptSpec(
        planned.pk,
        signed_by="王师傅",
        lines={first.pk: handed},
        looks_good=False,
        remark="外箱有一处破损，两件划伤，一件缺失。",
        signature_id=signature(),
    )
    return fulfilment.sign([spec], by=BY, at=AT).one()


def paperwork(count: int = 3, **fields) -> Paperwork:
    """An order from confirmation to settlement and invoice."""
    made = order(count, **fields)
    delivered = signed(made)
    billing_jobs.settle([delivered.pk], AT)
    drafted = billing.invoice([made.pk], by=BY, at=AT).one()
    made.refresh_from_db()
    return Paperwork(made, delivered, Settlement.objects.get(order=made), drafted)


def credited(made: Paperwork) -> CreditNote:
    """The invoice issued, and one of its first article taken back."""
    billing.issue([made.invoice.pk], by=BY, at=AT).one()
    line = made.invoice.lines.order_by("order_line__line_no").first()
    spec = CreditSpec(made.invoice.pk, "一件有划痕", {line.pk: Decimal(1)})
    return billing.credit([spec], by=BY, at=AT).one()
