"""What customers type behind their link, and what we answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.portal.models import WishKind
from shunda.portal.rules import TEXT
from shunda.portal.visits import REASON
from shunda.web.forms import Form


class CancelForm(Form):
    """Why, if he wants to say it."""

    reason = forms.CharField(label=_("Why do you cancel? (you need not say it)"), max_length=REASON, required=False)


class WishForm(Form):
    """What he wants, in his words."""

    kind = forms.ChoiceField(
        label=_("What do you want?"),
        choices=[
            (WishKind.CANCEL.value, pgettext_lazy("customer's wish", "Cancel the order")),
            (WishKind.CHANGE.value, pgettext_lazy("customer's wish", "Change the order")),
            (WishKind.QUESTION.value, pgettext_lazy("customer's wish", "Ask something")),
        ],
    )
    text = forms.CharField(
        label=_("In your words"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For a change: which article, how many, when, or to which address."),
    )


class AnswerForm(Form):
    """What the customer is told."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it behind his link."),
    )
