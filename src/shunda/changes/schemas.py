"""What the API of changes takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from shunda.api.schemas import Amount, Filter, Id, In, Items, Price, Quantity, Rate, Version
from shunda.changes.models import ChangeKind
from shunda.changes.specs import ChangeSpec, LineEdit
from shunda.changes.states import ChangeStatus
from shunda.orders.models import Channel
from shunda.orders.schemas import DeliveryIn, OrderLineIn

Text = Annotated[str, Field(max_length=250)]


class ChangeLineIn(In):
    """A line as it shall be: what is sent. A quantity of 0 takes out a line of which nothing is shipped."""

    line_no: Annotated[int, Field(ge=1, le=2**31 - 1)]
    quantity: Quantity | None = None
    unit_price: Price | None = None
    discount_rate: Rate | None = None
    wanted_date: date | None = None
    parameters: Annotated[dict[str, Annotated[str, Field(max_length=200)]], Field(max_length=50)] | None = None


class ChangeHeadIn(DeliveryIn):
    """The fields of the head as they shall be: what is sent; the others stay."""

    customer_reference: Text | None = None
    contact_name: Text | None = None
    contact_phone: Text | None = None
    note: Annotated[str, Field(max_length=10_000)] | None = None
    transport_mode: Text | None = None
    packing: Text | None = None
    wanted_date: date | None = None
    promised_date: date | None = None
    payment_due: date | None = None
    discount: Amount | None = None
    freight: Amount | None = None


class ChangeOrderIn(In):
    """How a confirmed order shall be different: the order, the version you looked at, what changes, and why."""

    order_id: Id
    version: Version | None = None
    kind: ChangeKind = ChangeKind.CHANGE
    reason: Annotated[str, Field(max_length=200)]
    asked_by: Annotated[str, Field(max_length=80)] = ""
    asked_through: Channel = Channel.PHONE
    asked_on: datetime | None = None
    head: ChangeHeadIn = Field(default_factory=ChangeHeadIn)
    carrier_id: Id | None = None
    lines: Annotated[list[ChangeLineIn], Field(max_length=5000)] = Field(default_factory=list)
    added: Annotated[list[OrderLineIn], Field(max_length=5000)] = Field(default_factory=list)

    def spec(self) -> ChangeSpec:
        """As the action takes it."""
        sent = {name: getattr(self.head, name) for name in self.head.model_fields_set}
        head: dict[str, Any] = {n: v for n, v in sent.items() if v is not None or n.endswith(("_date", "_due"))}
        names = ("order_id", "reason", "asked_by", "asked_on", "carrier_id")
        return ChangeSpec(
            **{name: getattr(self, name) for name in names},
            kind=str(self.kind),
            asked_through=str(self.asked_through),
            head=head,
            lines=[LineEdit(**dict(line)) for line in self.lines],
            added=[line.spec() for line in self.added],
        )

    @property
    def versions(self) -> dict[int, int] | None:
        """Of the order, if it was given."""
        return None if self.version is None else {self.order_id: self.version}


class ChangeOrdersIn(In):
    """Several changes, of one order each."""

    changes: Annotated[list[ChangeOrderIn], Field(min_length=1, max_length=200)]


class ChangeVoicesIn(Items):
    """Decisions (ids of voices), a remark, and for research and development the day when it will be done."""

    remark: Annotated[str, Field(max_length=200)] = ""
    ready_on: date | None = None


class ChangeFilter(Filter):
    """Which changes; filters add up."""

    status: ChangeStatus | None = None
    kind: ChangeKind | None = None
    order_id: Id | None = None
