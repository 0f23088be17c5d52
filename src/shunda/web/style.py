"""The style page: every component of the kit in every state, to look at while building pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shunda.core.actor import Actor
from shunda.core.machine import Machine
from shunda.web.forms import AmountField, DayField, EditForm, Form, PercentField, PickField, QuantityField
from shunda.web.icons import shapes
from shunda.web.lines import lines_of
from shunda.web.listing import suggestions
from shunda.web.moves import buttons
from shunda.web.pages import actor, now, page
from shunda.web.tones import TONES

SAMPLES = [("A-100", "Bearing 6204", "12 pc"), ("A-200", "轴承 6205", "0 pc"), ("B-7", "Gasket", "1,200 pc")]


class SampleStatus(TextChoices):
    """Statuses of the example."""

    DRAFT = "draft", gettext_lazy("Being written")
    OPEN = "open", gettext_lazy("Under way")
    DONE = "done", gettext_lazy("Finished")


SAMPLE = Machine(
    "sample",
    SampleStatus,
    app="web",
    start=SampleStatus.DRAFT,
    moves=[
        ("submit", {SampleStatus.DRAFT}, SampleStatus.OPEN, gettext_lazy("Submit")),
        ("finish", {SampleStatus.OPEN}, SampleStatus.DONE, gettext_lazy("Finish")),
        ("send_back", {SampleStatus.OPEN}, SampleStatus.DRAFT, gettext_lazy("Send back")),
        ("cancel", {SampleStatus.OPEN}, None, gettext_lazy("Cancel it")),
    ],
)


class SampleForm(EditForm):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the business licence."))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SampleStatus.choices)
    day = DayField(label=gettext_lazy("Day"))
    amount = AmountField(label=gettext_lazy("Amount"))
    rate = PercentField(label=gettext_lazy("Rate (%)"), required=False)
    article = PickField(
        label=gettext_lazy("Article"),
        url_name="web:style-suggest",
        resolve=lambda text: next((row for row in SAMPLES if row[0] == text.upper()), None),
        code=lambda row: row[0],
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts"), choices=SampleStatus.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)


class SampleLine(Form):
    """A line of the example document."""

    article = forms.CharField(label=gettext_lazy("Article"))
    quantity = QuantityField(label=gettext_lazy("Quantity"))


SampleLines = lines_of(SampleLine, blank=2)


@page(None)
def show(request: HttpRequest) -> HttpResponse:
    """All components."""
    initial = {"name": "Acme", "kind": "open", "amount": Decimal("1234.50"), "rate": Decimal("0.13")}
    wrong = SampleForm({"version": "1", "amount": "12,x", "day": "2026-13-01"}, version=1, initial=initial)
    lines = SampleLines(
        {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "lines-0-article": "A-100", "lines-0-quantity": "x"}
    )
    context = {
        "form": SampleForm(version=1, initial=initial),
        "wrong": wrong,
        "lines": lines,
        "statuses": list(TONES.items()),
        "icons": sorted(shapes()),
        **_samples(actor(request)),
    }
    return render(request, "web/style.html", context)


def _samples(who: Actor) -> dict[str, Any]:
    at = now()
    row = SimpleNamespace(pk=1, status="open", version=3)
    able = Actor(
        id=who.id,
        name=who.name,
        permissions=frozenset({"web.finish_sample", "web.send_back_sample", "web.cancel_sample"}),
    )
    urls = dict.fromkeys(["finish", "send_back", "cancel"], "#")
    sure = {"cancel": _("Cancel it for good?")}
    return {
        "buttons": buttons(SAMPLE, row, able, urls, confirm=sure),
        "closed": buttons(SAMPLE, row, who, urls, why_not={"finish": _("Two lines are short.")}),
        "steps": [
            {"label": _("Entered"), "state": "done", "note": "09:00"},
            {"label": _("In review"), "state": "now", "note": _("3 h left")},
            {"label": _("Shipped"), "state": "todo"},
        ],
        "dues": [at + timedelta(days=2, hours=3), at + timedelta(minutes=40), at - timedelta(hours=5), None],
        "entries": [
            {"label": _("Submit"), "actor": "Li Na", "source": "web", "at": at, "icon": "send", "tone": "blue"},
            {
                "label": _("Change"),
                "actor": "Wang",
                "source": "api",
                "at": at,
                "icon": "edit",
                "text": _("The customer called."),
                "changes": [(_("Quantity"), "10", "12")],
            },
        ],
        "number": Decimal("1234567.8900"),
        "few": Decimal("12.5000"),
        "at": at,
    }


@page(None)
def panel(request: HttpRequest) -> HttpResponse:
    """A part of a page that comes later."""
    return render(request, "web/style_panel.html", {"at": now()})


@page(None)
def broken_panel(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """A part of a page that is not there."""
    raise Http404


@page(None)
def dialog(request: HttpRequest) -> HttpResponse:
    """A form in a dialog."""
    return render(request, "web/style_dialog.html", {"form": SampleForm(version=1, initial={})})


@page(None)
def suggest(request: HttpRequest) -> JsonResponse:
    """Suggestions for the example's article."""
    wanted = request.GET.get("q", "").lower()
    return suggestions(row for row in SAMPLES if wanted in " ".join(row).lower())
