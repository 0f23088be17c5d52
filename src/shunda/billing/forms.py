"""Forms of billing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.billing.models import Invoice, InvoiceLine, Payment
from shunda.billing.rules import Item, to_invoice
from shunda.billing.specs import CreditSpec, InvoiceSpec, MatchSpec, Target
from shunda.core.actor import Actor
from shunda.customers import queries as customers
from shunda.orders.models import InvoiceKind, Order, OrderLine, PaymentMethod
from shunda.web.forms import AmountField, DayField, Form, PickField, QuantityField, RowsForm


class PaymentForm(Form):
    """Money that came in."""

    customer = PickField(
        label=_("Customer"), url_name="customers:suggest", resolve=lambda _text: None, code=lambda c: c.code
    )
    amount = AmountField(label=_("Amount"), min_value=0)
    received_on = DayField(label=_("Received"))
    method = forms.ChoiceField(label=_("Payment method"), choices=PaymentMethod.choices)
    reference = forms.CharField(label=_("Bank reference"), max_length=80, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    same_reference = forms.BooleanField(
        label=_("Another payment with the same bank reference: this is really another one"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pick = self.fields["customer"]
        assert isinstance(pick, PickField)
        pick.resolve = lambda text: customers.seen_by(actor).filter(code__iexact=text.strip()).first()


class ReasonForm(Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=200)


class IssueForm(Form):
    """The number the tax authority gave, if it is known already."""

    tax_number = forms.CharField(label=_("Number of the tax authority"), max_length=30, required=False)


class MatchForm(RowsForm):
    """How much of a payment pays which open invoice or order."""

    first = "amount"

    def __init__(self, *args: Any, payment: Payment, items: Sequence[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment, self.items = payment, items
        for item in items:
            self.fields[f"amount_{key_of(item)}"] = AmountField(label=item.number, required=False, min_value=0)

    def rows(self) -> list[tuple[Item, forms.BoundField]]:
        """Each open item with its field."""
        return [(item, self[f"amount_{key_of(item)}"]) for item in self.items]

    def spec(self) -> MatchSpec:
        """As the action takes it."""
        typed = [(item, amount) for item in self.items if (amount := self.of("amount", key_of(item)))]
        return MatchSpec(
            self.payment.pk,
            tuple(Target(item.order.pk, item.invoice.pk if item.invoice else None, n) for item, n in typed),
        )


def key_of(item: Item) -> str:
    """Tells the fields of items apart."""
    return f"i{item.invoice.pk}" if item.invoice else f"o{item.order.pk}"


class DraftForm(RowsForm):
    """Which quantities an invoice bills, and which kind it is."""

    first = "quantity"
    kind = forms.ChoiceField(
        label=_("Invoice"), choices=[(k.value, k.label) for k in InvoiceKind if k != InvoiceKind.NONE]
    )

    def __init__(self, *args: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        wish = InvoiceKind.ORDINARY if order.invoice_kind == InvoiceKind.NONE else order.invoice_kind
        kwargs["initial"] = {"kind": wish}
        super().__init__(*args, **kwargs)
        self.order, self.lines = order, lines
        for line in lines:
            self.fields[f"quantity_{line.pk}"] = QuantityField(
                label=line.sku.code, required=False, initial=to_invoice(line)
            )

    def rows(self) -> list[tuple[OrderLine, Decimal, forms.BoundField]]:
        """Each line with what can be invoiced of it, and its field."""
        return [(line, to_invoice(line), self[f"quantity_{line.pk}"]) for line in self.lines]

    def spec(self) -> InvoiceSpec:
        """As the action takes it."""
        quantities = {line.pk: n for line in self.lines if (n := self.of("quantity", line.pk))}
        return InvoiceSpec(self.order.pk, quantities, self.cleaned_data["kind"])


class CreditForm(RowsForm, ReasonForm):
    """Why an invoice is taken back, how much of each line, and whether the freight too."""

    first = "line"
    freight = forms.BooleanField(label=_("Take the freight back too"), required=False)

    def __init__(self, *args: Any, invoice: Invoice, lines: Sequence[InvoiceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice, self.lines = invoice, lines
        for line in lines:
            self.fields[f"line_{line.order_line_id}"] = QuantityField(label=line.order_line.sku.code, required=False)

    def rows(self) -> list[tuple[InvoiceLine, Decimal, forms.BoundField]]:
        """Each line with what is left of it, and its field."""
        return [(line, line.quantity - line.credited, self[f"line_{line.order_line_id}"]) for line in self.lines]

    def spec(self) -> CreditSpec:
        """As the action takes it: nothing typed at any line means the whole invoice."""
        quantities = {line.pk: n for line in self.lines if (n := self.of("line", line.order_line_id))}
        typed = self.cleaned_data
        whole = not quantities and not typed["freight"]
        return CreditSpec(self.invoice.pk, typed["reason"], None if whole else quantities, typed["freight"])
