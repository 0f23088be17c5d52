"""What the pages of moves share: one shipment, a form that asks, and back to the shipment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise

from shunda.core.batch import Outcome
from shunda.fulfilment import queries
from shunda.fulfilment.models import Shipment
from shunda.web.forms import Form
from shunda.web.pages import actor, submit, versions


def shipment_of(request: HttpRequest, pk: int) -> Shipment:
    """A shipment the person may see, with its order."""
    return get_object_or_404(queries.rows(actor(request)), pk=pk)


def to(shipment: Shipment) -> str:
    """Its page."""
    return reverse("fulfilment:detail", args=[shipment.pk])


def seen(request: HttpRequest, shipment: Shipment) -> dict[int, int]:
    """The version the person looked at: the form carries it."""
    return versions(request, shipment.pk) or {shipment.pk: shipment.version}


def ask(
    request: HttpRequest,
    shipment: Shipment,
    form: Form,
    run: Callable[[], Outcome[Any]],
    *,
    title: str | Promise,
    save: str | Promise,
    done: str | Promise,
    danger: bool = False,
    template: str = "fulfilment/ask.html",
    **context: Any,
) -> HttpResponse:
    """A form about one shipment: shown, run, and back to the shipment."""
    here = to(shipment)
    about = {"shipment": shipment, "title": title, "save_label": save, "danger": danger, "cancel_url": here, **context}
    return submit(request, form, run, template=template, done=done, to=here, context=about)
