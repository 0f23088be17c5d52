"""Forms of billing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.customers import queries as customers
from shunda.orders.models import PaymentMethod
from shunda.web.forms import AmountField, DayField, Form, PickField


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


class CreditForm(ReasonForm):
    """Why an invoice is taken back, and whether the freight too; the quantities stand beside the lines."""

    freight = forms.BooleanField(label=_("Take the freight back too"), required=False)
