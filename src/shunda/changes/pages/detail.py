"""One change, the list of them, the panel on the order page, and the revisions of an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.changes import actions, content, queries, showing
from shunda.changes.actions import SignSpec
from shunda.changes.forms import ChangeFilter, SignForm
from shunda.changes.models import Change
from shunda.changes.pages.decide import row
from shunda.changes.states import CHANGE, OPEN, VoiceStatus
from shunda.changes.tasks import ROLES
from shunda.core.batch import Outcome
from shunda.customers.rules import phone_for
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.orders import queries as orders
from shunda.orders.states import ORDER, OrderStatus
from shunda.policies.decisions import explain
from shunda.web.listing import Keyset
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, now, page, submit, versions

VIEW = "orders.view_order"
MOVES = ("apply", "sign", "tell", "withdraw")


@page(VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Changes, newest first."""
    chosen = ChangeFilter(request)
    found = Keyset(chosen.apply(queries.rows(actor(request))), request)
    return render(request, "changes/list.html", {"page": found, "filter": chosen})


@page(VIEW)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it does, who has to agree and what they said, what is still missing."""
    by = actor(request)
    change = get_object_or_404(queries.whole(queries.rows(by)), pk=pk)
    urls = {name: reverse(f"changes:{name}", args=[pk]) for name in MOVES}
    why_not: dict[str, str | Promise] = {}
    if change.needs_agreement:
        why_not["apply"] = _("The customer has to sign first.")
    if change.told_at:
        why_not["tell"] = _("The customer was told already.")
    mine = [v for v in change.voices.all() if v.status == VoiceStatus.PENDING and by.may(ROLES[v.role])]
    context = {
        "change": change,
        "order": change.order,
        "sections": showing.sections(change.effect or change.impact, change.order.currency),
        "worse": showing.reasons(change.worse),
        "blocked": showing.reasons(change.blocked_by),
        "decide": [row(voice) for voice in mine],
        "why": [item for trace in change.decided for item in explain(trace)],
        "buttons": buttons(CHANGE, change, by, urls, asks={"sign"}, why_not=why_not),
    }
    return render(request, "changes/detail.html", context)


@page(VIEW, methods=["GET"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The changes and revisions of one order, and what can be begun."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    changes = list(queries.seen_by(by).filter(order=order).select_related("requested_by").order_by("-pk"))
    is_open = any(change.status in OPEN for change in changes)
    confirmed = order.status == OrderStatus.CONFIRMED
    context = {
        "order": order,
        "changes": changes,
        "revisions": list(queries.revisions(by).filter(order=order).order_by("-number")),
        "may_change": confirmed and not is_open and by.may(ORDER["change"].permission),
    }
    return render(request, "changes/panel.html", context)


@page(VIEW, methods=["GET"])
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """An order as it stood after one of its changes."""
    by = actor(request)
    found = get_object_or_404(queries.revisions(by), order_id=pk, number=number)
    then = content.then(found.order, found.content)
    context = {
        "revision": found,
        "order": found.order,
        "then": then,
        "lines": content.lines_then(found.content),
        "receiver_phone": phone_for(by, then.receiver_phone),
        "every": list(queries.revisions(by).filter(order_id=pk).order_by("number")),
        "sections": showing.told(found.change.effect, found.order.currency) if found.change else [],
    }
    return render(request, "changes/revision.html", context)


def _move(request: HttpRequest, pk: int, run: Callable[..., Outcome[Change]], done: str | Promise) -> HttpResponse:
    return act(
        request,
        lambda: run([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=done,
        names=queries.numbers,
    )


@page(CHANGE["apply"].permission, methods=["POST"])
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an agreed change that waited."""
    return _move(request, pk, actions.apply, _("The change is made."))


@page(CHANGE["withdraw"].permission, methods=["POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a change up."""
    return _move(request, pk, actions.withdraw, _("Withdrawn."))


@page(CHANGE["tell"].permission, methods=["POST"])
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer knows."""
    return _move(request, pk, actions.tell, _("Noted."))


@page(CHANGE["sign"].permission)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the signed copy of the change agreement (R169)."""
    change = get_object_or_404(queries.rows(actor(request)), pk=pk)
    form = SignForm(request.POST or None, request.FILES or None)
    here = reverse("changes:detail", args=[pk])

    def run() -> Outcome[Change]:
        upload = Upload.of(form.cleaned_data["file"], most_bytes())
        return actions.sign([SignSpec(pk, upload)], by=actor(request), at=now())

    context: dict[str, Any] = {
        "change": change,
        "order": change.order,
        "cancel_url": here,
        "title": _("Signed agreement"),
    }
    return submit(
        request,
        form,
        run,
        template="changes/sign.html",
        done=_("The signed agreement is kept."),
        to=here,
        context=context,
    )
