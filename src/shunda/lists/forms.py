"""The forms of views and columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.lists.actions.views import SHARE
from shunda.web.forms import Form


class ViewForm(Form):
    """A view: its name, where it stands, and who has it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    pinned = forms.BooleanField(label=_("Always in sight above the list"), required=False)
    default = forms.BooleanField(label=_("Open it with the page"), required=False)
    shared = forms.BooleanField(label=_("Share it with everybody"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by.may(SHARE):
            del self.fields["shared"]
