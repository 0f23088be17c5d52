"""What the API of orders takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from shunda.api.schemas import Amount, Filter, FilterLookup, Id, In, Item, Items, Price, Quantity, Rate, Version
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import (
    Channel,
    HoldKind,
    InvoiceKind,
    OrderKind,
    PaperKind,
    PaymentMethod,
    Priority,
    Stops,
)
from shunda.orders.queries import has_article, matches, stage_is
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.orders.states import OrderStatus, Stage

MOST_LINES = 50_000
Text = Annotated[str, Field(max_length=250)]


class OrderLineIn(In):
    """An article of an order, by ``sku_id`` or by ``sku`` (code or barcode). Without a price it is the listed one."""

    quantity: Quantity
    sku_id: Id | None = None
    sku: Annotated[str, Field(max_length=80)] = ""
    unit_id: Id | None = None
    unit_price: Price | None = None
    discount_rate: Rate = LineSpec.__dataclass_fields__["discount_rate"].default
    tax_rate: Rate | None = None
    parameters: dict[str, Annotated[str, Field(max_length=200)]] = Field(default_factory=dict, max_length=50)
    wanted_date: date | None = None
    note: Text = ""

    def spec(self) -> LineSpec:
        """As the actions take it."""
        return LineSpec(**self.__dict__)


class DeliveryIn(In):
    """Where goods go; what is null stays, or comes from the customer's file."""

    ship_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    ship_province: Text | None = None
    ship_city: Text | None = None
    ship_district: Text | None = None
    ship_street: Text | None = None
    ship_postcode: Text | None = None
    receiver: Text | None = None
    receiver_phone: Text | None = None


class OrderHeadIn(DeliveryIn):
    """The head of an order. What is null or left out comes from the customer's file."""

    kind: OrderKind = OrderKind.STANDARD
    channel: Channel = Channel.API
    shop: Text = ""
    external_number: Annotated[str, Field(max_length=250, description="Your number; taken once per shop.")] = ""
    customer_reference: Text = ""
    contract_number: Text = ""
    warehouse_id: Id | None = None
    term_id: Id | None = None
    owner_id: Id | None = None
    priority: Priority = Priority.NORMAL
    urgent: bool = False
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    prices_include_tax: bool = True
    payment_method: PaymentMethod = PaymentMethod.TRANSFER
    invoice_kind: InvoiceKind = InvoiceKind.SPECIAL
    discount: Amount = OrderSpec.__dataclass_fields__["discount"].default
    freight: Amount = OrderSpec.__dataclass_fields__["freight"].default
    freight_tax_rate: Rate = OrderSpec.__dataclass_fields__["freight_tax_rate"].default
    wanted_date: date | None = None
    promised_date: date | None = None
    payment_due: date | None = None
    transport_mode: Text = ""
    packing: Text = ""
    note: Annotated[str, Field(max_length=10_000)] = ""
    customer_name: Text | None = None
    credit_code: Text | None = None
    bank: Text | None = None
    bank_account: Text | None = None
    contact_name: Text | None = None
    contact_phone: Text | None = None
    address_id: Id | None = None


class OrderIn(OrderHeadIn):
    """A new order."""

    customer_id: Id
    lines: Annotated[list[OrderLineIn], Field(max_length=MOST_LINES)] = Field(default_factory=list)

    def spec(self) -> OrderSpec:
        """As the actions take it."""
        values = {**self.__dict__, "lines": [line.spec() for line in self.lines]}
        values.pop("key", None)
        return OrderSpec(**values)


class OrdersIn(In):
    """Several new orders; each is made or refused."""

    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=1000)]


class OrderRowIn(OrderIn):
    """An order among others, with an idempotency key of its own."""

    key: Annotated[
        str | None, Field(pattern=r"^[!-~]{1,100}$", description="Repeating the order with its key places it once.")
    ] = None


class OrderRowsIn(In):
    """Several orders to place; each is placed or refused."""

    orders: Annotated[list[OrderRowIn], Field(min_length=1, max_length=1000)]


class OrderChange(OrderHeadIn):
    """A draft changed: the fields that are sent; ``lines``, when sent, replace all lines."""

    version: Version
    customer_id: Id = 1
    lines: Annotated[list[OrderLineIn], Field(max_length=MOST_LINES)] = Field(default_factory=list)

    def changes(self) -> dict[str, Any]:
        """What was sent."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"version", "lines"}}
        return {**sent, "lines": [line.spec() for line in self.lines]} if "lines" in self.model_fields_set else sent


class OrderSubmitItem(Item):
    """An order, and a reason for each code of finding that asks for one."""

    reasons: Annotated[
        dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=1000)]],
        Field(default_factory=dict, max_length=50, examples=[{"orders.below-list": "agreed with the customer"}]),
    ]


class OrderSubmitIn(Items):
    """The drafts to hand in."""

    items: Annotated[list[OrderSubmitItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    @property
    def reasons(self) -> dict[int, dict[str, str]]:
        """The reasons by order, where there are any."""
        return {item.id: item.reasons for item in self.items if item.reasons}


class OrderReasoned(Items):
    """Orders, and why."""

    reason: Annotated[str, Field(max_length=200)]


class OrderPriorityIn(Items):
    """How important and urgent these orders are."""

    priority: Priority = Priority.NORMAL
    urgent: bool = False


class OrderHoldIn(Items):
    """A hold on these orders."""

    kind: HoldKind = HoldKind.MANUAL
    stops: Stops = Stops.SHIP
    reason: Annotated[str, Field(max_length=200)]
    line: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Number of a line; none: the whole order")] = None
    owner_id: Annotated[int | None, Field(ge=1, le=2**63 - 1, description="Who looks after it")] = None
    rule: ReleaseRule = ReleaseRule.HAND
    expires_at: Annotated[datetime | None, Field(description="When it ends by itself")] = None


class OrderReleaseIn(Items):
    """Which open hold of these orders ends, and why."""

    kind: HoldKind = HoldKind.MANUAL
    stops: Stops = Stops.SHIP
    reason: Annotated[str, Field(max_length=200)] = ""


class OrderCommentIn(Items):
    """What is said about these orders."""

    text: Annotated[str, Field(max_length=4000)]


class ReviewDecisionIn(Items):
    """Reviews (their ids), a remark, and when short stock is expected back."""

    remark: Annotated[str, Field(max_length=2000)] = ""
    restock_date: date | None = None


class OrderAttachmentIn(In):
    """What the paper is."""

    kind: PaperKind = PaperKind.OTHER
    note: Annotated[str, Field(max_length=200)] = ""


class OrderFilter(Filter):
    """Which orders; filters add up."""

    status: OrderStatus | None = None
    stage: Stage | None = None
    customer_id: Id | None = None
    owner_id: Id | None = None
    team_id: Id | None = None
    warehouse_id: Id | None = None
    kind: OrderKind | None = None
    channel: Channel | None = None
    shop: Annotated[str, Field(max_length=40)] | None = None
    external_number: Annotated[str, Field(max_length=60)] | None = None
    customer_reference: Annotated[str, Field(max_length=60)] | None = None
    urgent: bool | None = None
    changed: bool | None = None
    since: Annotated[date | None, FilterLookup("order_date__gte")] = None
    until: Annotated[date | None, FilterLookup("order_date__lte")] = None
    sku_id: Id | None = None
    q: Annotated[str, Field(max_length=100, description="Number, reference or customer.")] | None = None

    def filter_stage(self, value: Stage | None) -> Q:
        """What people read, computed."""
        return stage_is(value) if value else Q()

    def filter_changed(self, value: bool | None) -> Q:  # noqa: FBT001  # as the kit calls it
        """Changed since it was confirmed: there is a revision."""
        return Q() if value is None else Q(revision__gt=0) if value else Q(revision=0)

    def filter_sku_id(self, value: int | None) -> Q:
        """Orders with a line of this article."""
        return has_article(value) if value else Q()

    def filter_q(self, value: str | None) -> Q:
        """What the search box finds."""
        return matches(value or "")
