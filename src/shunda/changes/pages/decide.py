"""The desk of changes: what waits for this person's decision, each with its impact, decided in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.changes import actions, queries, showing
from shunda.changes.models import Voice
from shunda.changes.tasks import ROLES
from shunda.core.batch import Outcome
from shunda.web.listing import Keyset
from shunda.web.pages import act, actor, now, page

PERMISSIONS = sorted(set(ROLES.values()))
SHOWN = 5


@page(PERMISSIONS)
def desk(request: HttpRequest) -> HttpResponse:
    """Changes that wait for this person, oldest first."""
    found = Keyset(queries.waiting(actor(request)), request, order=["id"])
    return render(request, "changes/desk.html", {"page": found, "rows": [row(voice) for voice in found]})


@page(PERMISSIONS, methods=["GET"])
def waiting(request: HttpRequest) -> HttpResponse:
    """The first changes that wait for this person, above the reviews of new orders (R167)."""
    found = list(queries.waiting(actor(request)).order_by("id")[: SHOWN + 1])
    return render(request, "changes/waiting.html", {"rows": found[:SHOWN], "more": len(found) > SHOWN})


def row(voice: Voice) -> dict[str, Any]:
    """A voice with what its change would do."""
    change = voice.change
    return {
        "voice": voice,
        "change": change,
        "sections": showing.sections(change.impact, change.order.currency),
        "worse": showing.reasons(change.worse),
    }


@page(PERMISSIONS, methods=["POST"])
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree, as research and development with the day when it will be done."""
    day = _day(request)
    ready: Mapping[int, date] = {pk: day} if day else {}
    return _decide(request, pk, lambda **by: actions.agree([pk], _remark(request), ready=ready, **by), _("Agreed."))


@page(PERMISSIONS, methods=["POST"])
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Reject; the remark says why."""
    return _decide(request, pk, lambda **by: actions.reject([pk], _remark(request), **by), _("Rejected."))


def _decide(request: HttpRequest, pk: int, run: Callable[..., Outcome[Voice]], done: str | Promise) -> HttpResponse:
    version = request.POST.get("version", "")
    seen = {pk: int(version)} if version.isdecimal() and len(version) < 10 else None
    return act(
        request,
        lambda: run(by=actor(request), at=now(), versions=seen),
        done=done,
        names=queries.voice_numbers,
    )


def _remark(request: HttpRequest) -> str:
    return request.POST.get("remark", "")[:200]


def _day(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.POST.get("ready_on", ""))
    except ValueError:
        return None
