"""Forms of credit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.credit.specs import LimitSpec
from shunda.customers import queries as customers
from shunda.web.forms import AmountField, EditForm, Form, PickField


class LimitForm(EditForm):
    """A customer's limit."""

    limit = AmountField(label=_("Credit limit"), min_value=0)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("It is kept with the change."))

    def spec(self, customer_id: int) -> LimitSpec:
        """What was typed, as the action takes it."""
        return LimitSpec(customer_id, self.values["limit"], self.values["reason"], self.values["currency"].upper())


class NewLimitForm(Form):
    """The first limit of a customer."""

    customer = PickField(
        label=_("Customer"), url_name="customers:suggest", resolve=lambda _text: None, code=lambda c: c.code
    )
    limit = AmountField(label=_("Credit limit"), min_value=0)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("It is kept with the change."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pick = self.fields["customer"]
        assert isinstance(pick, PickField)
        pick.resolve = lambda text: customers.seen_by(actor).filter(code__iexact=text.strip()).first()

    def spec(self) -> LimitSpec:
        """What was typed, as the action takes it."""
        typed = self.cleaned_data
        return LimitSpec(typed["customer"].pk, typed["limit"], typed["reason"], typed["currency"].upper())
