"""The worklist keeps itself up to date: the page asks now and then, and is told at once that nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shunda.core.actor import Actor
from shunda.web.pages import actor, now, page
from shunda.work import queries
from shunda.work.kinds import NOTES
from shunda.work.queries import Step


def mark(steps: Sequence[Step]) -> str:
    """A short text that changes when anything on the worklist does: what is shown, how much waits, what got late."""
    shown = [(step.kind.name, step.count, step.late, [task.pk for task in step.tasks]) for step in steps]
    return sha256(repr(shown).encode()).hexdigest()[:20]


def listed(by: Actor) -> dict[str, Any]:
    """What the worklist is drawn from: two queries."""
    from shunda.work.pages import buttons

    at = now()
    steps = queries.worklist(by, at=at)
    return {
        "steps": steps,
        "waiting": sum(step.count for step in steps),
        "late": sum(step.late for step in steps),
        "buttons": buttons(by),
        "notes": NOTES,
        "now": at,
        "mark": mark(steps),
    }


@page(None, methods=["GET"])
def live(request: HttpRequest) -> HttpResponse:
    """The worklist as it is now, or 304 while it is as the page has it: five quick queries and no text."""
    context: Mapping[str, Any] = listed(actor(request))
    tag = f'"{context["mark"]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "work/steps.html", {**context, "oob": True})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
