"""The form that changes a setting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.policies.kinds import Choice, Flag, TimeOfDay
from shunda.policies.queries import Current
from shunda.web.forms import Form


class SettingForm(Form):
    """The new value, as the setting's kind is entered, and why; it carries the change it started from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    value = forms.CharField(label=_("Value"), required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=200)

    def __init__(self, *args: Any, current: Current, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": current.version, "value": current.entered}
        super().__init__(*args, **kwargs)
        field, kind = self.fields["value"], current.setting.kind
        if isinstance(kind, Choice):
            field.widget = forms.Select(choices=kind.options)
        elif isinstance(kind, Flag):
            field.widget = forms.Select(choices=[("true", gettext("yes")), ("false", gettext("no"))])
        elif isinstance(kind, TimeOfDay):
            field.widget = forms.TimeInput(attrs={"type": "time"})
        unit = f" ({kind.unit})" if kind.unit else ""
        field.label = f"{gettext('Value')}{unit}"
        field.help_text = gettext("Default: %(default)s") % {"default": current.default_shown}
