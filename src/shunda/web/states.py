"""The second style page: the components of the kit in the states that are rare."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shunda.core.actor import Actor
from shunda.web.forms import Form
from shunda.web.moves import Button, buttons
from shunda.web.pages import actor, now, page
from shunda.web.style import SAMPLE

LONG = gettext_lazy(
    "A text that is much longer than anybody thought when the page was made, of a customer who writes everything that "
    "comes to mind and uses Donaudampfschifffahrtsgesellschaftskapitänsmützen besides."
)


class StatesForm(Form):
    """Fields that are long, shut, wrong, or take a file."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False, help_text=LONG)
    long = forms.CharField(label=LONG, required=False)
    shut = forms.CharField(label=gettext_lazy("Shut"), required=False, disabled=True, initial="A-100")
    wrong = forms.CharField(label=gettext_lazy("Wrong"), max_length=5)
    choice = forms.ChoiceField(label=gettext_lazy("Choice"), choices=[("", LONG), ("a", "A")], required=False)
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    sure = forms.BooleanField(label=LONG)


@page(None)
def show(request: HttpRequest) -> HttpResponse:
    """Disabled, wrong, empty, long and many."""
    at = now()
    context = {
        "form": StatesForm({"wrong": "much too long"}),
        "long": LONG,
        "none": None,
        "nothing": [],
        "zero": Decimal(0),
        "below": Decimal("-1234.50"),
        "huge": Decimal("98765432109.875"),
        "at": at,
        "dues": [at + timedelta(seconds=30), at + timedelta(days=400), at - timedelta(days=400)],
        "many_steps": [
            {
                "label": _("Step %(n)s") % {"n": n},
                "state": "done" if n < 7 else "now" if n == 7 else "todo",
                "note": "09:00",
            }
            for n in range(1, 10)
        ],
        "first_step": [{"label": LONG, "state": "now"}, {"label": _("Shipped"), "state": "todo"}],
        "buttons": _buttons(actor(request)),
        "rows": _rows(at, 1),
        "page": _Page(next_url=reverse("web:style-more"), sort="due"),
        "entries": [{"label": _("Change"), "actor": "Li Na", "at": at, "icon": "edit", "text": LONG, "tone": "red"}],
        "dialog": reverse("web:style-dialog"),
        "panel": reverse("web:style-panel"),
        "alerts": ["info", "success", "warning", "danger"],
    }
    return render(request, "web/style_states.html", context)


@page(None)
def more(request: HttpRequest) -> HttpResponse:
    """The next rows of the example's list, and its end."""
    return render(request, "web/style_rows.html", {"rows": _rows(now(), 4), "page": _Page(), "swap": True})


class _Page(SimpleNamespace):
    """The end of a list as the pager sees it."""

    next_url = previous_url = first_url = sort = ""


def _rows(at: datetime, first: int) -> list[Any]:
    return [
        SimpleNamespace(
            pk=n, version=1, article=f"A-{n}00", due=at + timedelta(days=n), amount=Decimal(n) * Decimal("100.5")
        )
        for n in range(first, first + 3)
    ]


def _buttons(who: Actor) -> list[Button]:
    """Moves that are open, asked for first, and closed."""
    able = Actor(
        id=who.id,
        name=who.name,
        permissions=frozenset({"web.finish_sample", "web.send_back_sample", "web.cancel_sample"}),
    )
    row = SimpleNamespace(pk=1, status="open", version=3)
    urls = {"finish": "#", "send_back": reverse("web:style-dialog"), "cancel": "#"}
    return buttons(SAMPLE, row, able, urls, asks={"send_back"}, why_not={"cancel": str(LONG)})
