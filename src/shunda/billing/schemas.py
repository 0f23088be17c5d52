"""What the API of billing takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.db.models import Q
from ninja import FilterLookup
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shunda.api.schemas import Amount, Filter, Id, In, Item, Items, Quantity
from shunda.billing.queries import OPEN_INVOICE, OPEN_PAYMENT
from shunda.billing.specs import CreditSpec, InvoiceSpec, MatchSpec, PaymentSpec, Target, UnmatchSpec
from shunda.billing.states import DeductionStatus, InvoiceStatus, PaymentStatus, SettlementStatus
from shunda.orders.models import InvoiceKind, PaymentMethod

Text = Annotated[str, Field(max_length=200)]


class LineQuantityIn(In):
    """So much of a line, in the article's base unit."""

    line_id: Id
    quantity: Quantity


def _once(lines: list[LineQuantityIn]) -> list[LineQuantityIn]:
    """A line is named once."""
    if len({line.line_id for line in lines}) < len(lines):
        raise PydanticCustomError("line_twice", "every line_id once")
    return lines


Lines = Annotated[list[LineQuantityIn], Field(max_length=5000), AfterValidator(_once)]


class PaymentIn(In):
    """Money that came in. ``same_reference``: another payment with this bank reference is really another one."""

    customer_id: Id
    amount: Amount
    received_at: datetime
    method: PaymentMethod = PaymentMethod.TRANSFER
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    reference: Annotated[str, Field(max_length=80)] = ""
    note: Text = ""
    same_reference: bool = False

    def spec(self) -> PaymentSpec:
        """As the action takes it."""
        return PaymentSpec(**{**dict(self), "currency": self.currency or ""})


class PaymentsIn(In):
    """Several payments; each is recorded or refused."""

    payments: Annotated[list[PaymentIn], Field(min_length=1, max_length=1000)]


class TargetIn(In):
    """An order or an invoice a payment pays; without an amount as much as fits."""

    order_id: Id | None = None
    invoice_id: Id | None = None
    amount: Amount | None = None

    def spec(self) -> Target:
        """As the action takes it."""
        return Target(self.order_id, self.invoice_id, self.amount)


class MatchItem(Item):
    """A payment and what it pays; without targets what is proposed."""

    targets: Annotated[list[TargetIn], Field(min_length=1, max_length=1000)] | None = None


class MatchesIn(Items):
    """Payments to match."""

    items: Annotated[list[MatchItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[MatchSpec]:
        """As the action takes them."""
        return [
            MatchSpec(item.id, None if item.targets is None else tuple(target.spec() for target in item.targets))
            for item in self.items
        ]


class UnmatchItem(Item):
    """A payment to take back from these orders, or from all."""

    order_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)] | None = None


class UnmatchesIn(Items):
    """Payments to take back."""

    items: Annotated[list[UnmatchItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[UnmatchSpec]:
        """As the action takes them."""
        return [UnmatchSpec(item.id, None if item.order_ids is None else tuple(item.order_ids)) for item in self.items]


class PaymentReasoned(Items):
    """Payments, and why."""

    reason: Text


class InvoiceIn(In):
    """A draft for an order. Without lines: all that is shipped and not invoiced; without a kind: the order's."""

    order_id: Id
    lines: Annotated[Lines, Field(min_length=1)] | None = None
    kind: InvoiceKind | None = None

    def spec(self) -> InvoiceSpec:
        """As the action takes it."""
        lines = None if self.lines is None else {line.line_id: line.quantity for line in self.lines}
        return InvoiceSpec(self.order_id, lines, self.kind or "")


class InvoicesIn(In):
    """Several drafts; each is made or refused."""

    invoices: Annotated[list[InvoiceIn], Field(min_length=1, max_length=1000)]


class IssueItem(Item):
    """A draft to issue, with the number of the tax authority if it is known."""

    tax_number: Annotated[str, Field(max_length=30)] = ""


class IssuesIn(Items):
    """Drafts to issue."""

    items: Annotated[list[IssueItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    @property
    def tax_numbers(self) -> dict[int, str]:
        """Those that were sent, by invoice."""
        return {item.id: item.tax_number for item in self.items if item.tax_number}


class CreditItem(Item):
    """An invoice to take back: these quantities of its lines, or (without lines) all that is left."""

    reason: Text
    lines: Lines | None = None
    freight: bool = False


class CreditsIn(Items):
    """Invoices to take back."""

    items: Annotated[list[CreditItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[CreditSpec]:
        """As the action takes them."""
        return [
            CreditSpec(
                item.id,
                item.reason,
                None if item.lines is None else {line.line_id: line.quantity for line in item.lines},
                item.freight,
            )
            for item in self.items
        ]


class PaymentFilter(Filter):
    """Which payments."""

    customer_id: Id | None = None
    status: PaymentStatus | None = None
    reference: Annotated[str, Field(max_length=80)] | None = None
    received_since: Annotated[datetime | None, FilterLookup("received_at__gte")] = None
    open: bool | None = None

    def filter_open(self, value: bool | None) -> Q:  # noqa: FBT001  # a filter's value
        """Of which something is left to match, or nothing."""
        return Q() if value is None else OPEN_PAYMENT if value else ~OPEN_PAYMENT


class InvoiceFilter(Filter):
    """Which invoices."""

    customer_id: Id | None = None
    order_id: Id | None = None
    status: InvoiceStatus | None = None
    kind: InvoiceKind | None = None
    tax_number: Annotated[str, Field(max_length=30)] | None = None
    due_until: Annotated[date | None, FilterLookup("due_date__lte")] = None
    open: bool | None = None

    def filter_open(self, value: bool | None) -> Q:  # noqa: FBT001  # a filter's value
        """Issued and still owed, or not."""
        return Q() if value is None else OPEN_INVOICE if value else ~OPEN_INVOICE


class CreditNoteFilter(Filter):
    """Which credit notes."""

    customer_id: Id | None = None
    order_id: Id | None = None
    invoice_id: Id | None = None


class SettlementFilter(Filter):
    """Which settlements."""

    customer_id: Id | None = None
    order_id: Id | None = None
    status: SettlementStatus | None = None


class Period(Filter):
    """From when to when, both days included."""

    since: date | None = None
    until: date | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class DeductionFilter(Filter):
    """Which deductions from deposits."""

    status: DeductionStatus | None = None
    order_id: Id | None = None
