"""What is deducted from the deposit of a special order, and waiving it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries
from shunda.billing.forms import ReasonForm
from shunda.billing.states import DEDUCTION
from shunda.core.models import Event
from shunda.web.moves import buttons
from shunda.web.pages import actor, now, page, submit, versions
from shunda.web.timeline import lines


@page("orders.view_order", methods=["GET"])
def deduction(request: HttpRequest, pk: int) -> HttpResponse:
    """Why so much of a deposit is deducted, since when, and what became of the rest (R106-R108)."""
    by = actor(request)
    row = get_object_or_404(queries.deductions_seen_by(by), pk=pk)
    events = Event.objects.filter(subject_kind="billing.deduction", subject_id=pk).order_by("-id")
    urls = {"waive": reverse("billing:waive", args=[pk])}
    context = {
        "deduction": row,
        "rest": row.held - row.kept,
        "buttons": buttons(DEDUCTION, row, by, urls, asks={"waive"}),
        "timeline": lines(events),
    }
    return render(request, "billing/deduction.html", context)


@page("billing.waive_deduction")
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a deduction up, with the reason."""
    by = actor(request)
    row = get_object_or_404(queries.deductions_seen_by(by), pk=pk)
    form = ReasonForm(request.POST or None)
    here = reverse("billing:deduction", args=[pk])
    reason = form.data.get("reason", "")
    return submit(
        request,
        form,
        lambda: actions.waive_deductions([pk], reason, by=by, at=now(), versions=versions(request, pk)),
        template="billing/ask.html",
        done=_("Waived: the deposit pays the order again."),
        to=here,
        context={
            "title": _("Waive the deduction"),
            "about": row.number,
            "row": row,
            "cancel_url": here,
            "save_label": _("Waive"),
        },
    )
