"""What the API of orders answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from shunda.api.schemas import Amount, Out, Price, Quantity, Rate
from shunda.core.refusal import Refusal
from shunda.customers.rules import masked_account, masked_phone, sees_private
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import (
    Channel,
    HoldKind,
    InvoiceKind,
    Order,
    OrderKind,
    OrderLine,
    PaperKind,
    PaymentMethod,
    Review,
    Stops,
)
from shunda.orders.rules import hold_reason, stage_of
from shunda.orders.specs import ZERO
from shunda.orders.states import OrderStatus, Stage


class OrderRowOut(Out):
    """An order in a list. ``stage`` is what people read; ``status`` is what people decided."""

    id: int
    number: str
    kind: OrderKind
    status: OrderStatus
    stage: Stage
    version: int
    customer_id: int
    customer_name: str
    owner_id: int | None
    team_id: int | None
    region_id: int | None
    warehouse_id: int
    channel: Channel
    shop: str
    external_number: str
    customer_reference: str
    priority: int
    urgent: bool
    revision: int
    currency: str
    gross: Amount
    invoiced: Amount
    paid: Amount
    order_date: date
    wanted_date: date | None
    promised_date: date | None
    created_at: datetime

    @staticmethod
    def resolve_stage(order: Order) -> str:
        """Derived from status, quantities and money."""
        return stage_of(order)


class OrderLineOut(Out):
    """A line; what happened to it is in the article's base unit."""

    id: int
    line_no: int
    sku_id: int
    sku: str
    name: str
    model: str
    specification: str
    parameters: dict[str, Any]
    unit_id: int
    unit: str
    quantity: Quantity
    base_quantity: Quantity
    unit_price: Price
    price_reason: dict[str, Any]
    discount_rate: Rate
    tax_rate: Rate
    order_discount: Amount
    net: Amount
    tax: Amount
    gross: Amount
    made_to_order: bool
    wanted_date: date | None
    note: str
    reserved: Quantity
    planned: Quantity
    shipped: Quantity
    signed: Quantity
    returned: Quantity
    invoiced: Quantity
    cancelled: Quantity

    @staticmethod
    def resolve_sku(line: OrderLine) -> str:
        """The article's code."""
        return line.sku.code

    @staticmethod
    def resolve_unit(line: OrderLine) -> str:
        """The unit's code."""
        return line.unit.code

    @staticmethod
    def resolve_reserved(line: OrderLine) -> Any:
        """What stock keeps for the line."""
        return line.demand.reserved if line.demand else ZERO


class FindingOut(Out):
    """What one of the system's own checks found."""

    level: str
    code: str
    message: str
    data: dict[str, Any]

    @staticmethod
    def resolve_message(finding: Any) -> str:
        """In the reader's language."""
        kept = finding if isinstance(finding, dict) else finding.as_dict()
        return Refusal(None, kept["code"], kept["data"]).message

    @staticmethod
    def resolve_data(finding: Any) -> dict[str, Any]:
        """What fills the sentence."""
        return dict(finding["data"] if isinstance(finding, dict) else finding.data)


class ReviewOut(Out):
    """One department's decision about one submission."""

    id: int
    order_id: int
    round: int
    department: str
    status: str
    version: int
    findings: list[FindingOut]
    remark: str
    restock_date: date | None
    decided_by: str | None
    decided_at: datetime | None
    kept_round: Annotated[int | None, Field(description="The round whose approval still holds")]

    @staticmethod
    def resolve_decided_by(review: Review) -> str | None:
        """The name of who decided."""
        return str(review.decided_by) if review.decided_by else None


class WaitingReviewOut(ReviewOut):
    """A review that waits, with the order it is about."""

    number: Annotated[str, Field(validation_alias="order.number")]
    customer_name: Annotated[str, Field(validation_alias="order.customer_name")]
    gross: Annotated[Amount, Field(validation_alias="order.gross")]
    currency: Annotated[str, Field(validation_alias="order.currency")]
    urgent: Annotated[bool, Field(validation_alias="order.urgent")]


class HoldOut(Out):
    """Something that stops a step of an order."""

    id: int
    order_id: int
    kind: HoldKind
    stops: Stops
    line_id: int | None
    reason: str
    owner_id: int | None
    rule: ReleaseRule
    expires_at: datetime | None
    decided: Annotated[dict[str, Any] | None, Field(description="Table, version and rows that placed it")]
    placed_by: str
    placed_at: datetime
    released_by: str
    released_at: datetime | None
    released_reason: str

    @staticmethod
    def resolve_reason(hold: Any) -> str:
        """In the reader's language where the system placed it."""
        return hold_reason(hold)


class OrderAttachmentOut(Out):
    """A paper kept with an order."""

    id: int
    kind: PaperKind
    note: str
    name: Annotated[str, Field(validation_alias="file.name")]
    content_type: Annotated[str, Field(validation_alias="file.content_type")]
    size: Annotated[int, Field(validation_alias="file.size")]
    added_at: datetime


class OrderOut(OrderRowOut):
    """A whole order. Phones and accounts are masked for those who do not need them."""

    credit_code: str
    bank: str
    bank_account: str
    contact_name: str
    contact_phone: str
    ship_country: str
    ship_province: str
    ship_city: str
    ship_district: str
    ship_street: str
    ship_postcode: str
    receiver: str
    receiver_phone: str
    contract_number: str
    term_id: int
    prices_include_tax: bool
    payment_method: PaymentMethod
    invoice_kind: InvoiceKind
    discount: Amount
    freight: Amount
    freight_tax_rate: Rate
    freight_net: Amount
    freight_tax: Amount
    net: Amount
    tax: Amount
    payment_due: date | None
    transport_mode: str
    packing: str
    note: str
    round: int
    blocked_by: list[dict[str, Any]]
    cloned_from_id: int | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    completed_at: datetime | None
    archived_at: datetime | None
    keep_until: date | None
    cancelled_at: datetime | None
    lines: list[OrderLineOut]
    reviews: list[ReviewOut]
    holds: list[HoldOut]
    attachments: list[OrderAttachmentOut]

    @staticmethod
    def resolve_blocked_by(order: Order) -> list[dict[str, Any]]:
        """Why automatic confirmation failed, in the reader's language."""
        refusals = (Refusal(None, each["code"], each["data"]) for each in order.blocked_by)
        return [refusal.as_dict() for refusal in refusals]

    @staticmethod
    def resolve_bank_account(order: Order, context: Any) -> str:
        """Masked where need be."""
        return order.bank_account if _may_see(context) else masked_account(order.bank_account)

    @staticmethod
    def resolve_contact_phone(order: Order, context: Any) -> str:
        """Masked where need be."""
        return order.contact_phone if _may_see(context) else masked_phone(order.contact_phone)

    @staticmethod
    def resolve_receiver_phone(order: Order, context: Any) -> str:
        """Masked where need be."""
        return order.receiver_phone if _may_see(context) else masked_phone(order.receiver_phone)


def _may_see(context: Any) -> bool:
    return sees_private(context["request"].actor)
