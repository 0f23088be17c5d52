"""Forms of credit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.credit.specs import LimitSpec, ProposalSpec, RaiseSpec
from shunda.customers import queries as customers
from shunda.customers.models import Grade
from shunda.web.forms import AmountField, DayField, EditForm, Form, PickField
from shunda.web.listing import beginning_of


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


class RaiseForm(Form):
    """More for some days."""

    amount = AmountField(label=_("Raise the limit by"), min_value=0)
    since = DayField(label=_("From"), required=False, help_text=_("Empty: at once."))
    until = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Whoever decides reads it."))

    def spec(self, customer_id: int) -> RaiseSpec:
        """What was typed, as the action takes it: the last day is whole."""
        typed = self.cleaned_data
        return RaiseSpec(
            customer_id,
            typed["amount"],
            typed["reason"],
            until=beginning_of(typed["until"] + timedelta(days=1)),
            since=beginning_of(typed["since"]) if typed["since"] else None,
        )


class ProposalForm(Form):
    """Another grade and limit."""

    grade = forms.ChoiceField(label=_("Proposed grade"), choices=Grade.choices)
    limit = AmountField(label=_("Proposed limit"), min_value=0)
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Whoever decides reads it."))

    def spec(self, customer_id: int) -> ProposalSpec:
        """What was typed, as the action takes it."""
        typed = self.cleaned_data
        return ProposalSpec(customer_id, typed["reason"], typed["grade"], typed["limit"])


class RejectForm(Form):
    """Why not."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    remark = forms.CharField(label=_("Why not"), max_length=200)
