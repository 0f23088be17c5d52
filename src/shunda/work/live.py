"""The worklist and the news above it keep themselves up to date: the page asks now and then what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from shunda.core.actor import Actor
from shunda.web.live import mark_of, unless_as_seen
from shunda.web.pages import actor, now, page
from shunda.work import notices, queries
from shunda.work.kinds import NOTES
from shunda.work.models import Notice
from shunda.work.queries import Step


def mark(steps: Sequence[Step], news: Sequence[Notice]) -> str:
    """Changes when anything on the worklist does: what is shown, how much waits, what got late, what is new."""
    shown = [(step.kind.name, step.count, step.late, [task.pk for task in step.tasks]) for step in steps]
    return mark_of(shown, [notice.pk for notice in news])


def listed(by: Actor) -> dict[str, Any]:
    """What the worklist and the news are drawn from: three queries."""
    from shunda.work.pages import buttons, desks

    at = now()
    steps, news = queries.worklist(by, at=at), queries.notices(by)
    return {
        "steps": steps,
        "waiting": sum(step.count for step in steps),
        "late": sum(step.late for step in steps),
        "buttons": buttons(by),
        "desks": desks(by),
        "notices": notices.told(news),
        "notes": NOTES,
        "now": at,
        "mark": mark(steps, news),
    }


@page(None, methods=["GET"])
def live(request: HttpRequest) -> HttpResponse:
    """The worklist as it is now, or 304 while it is as the page has it: six quick queries and no text."""
    context = listed(actor(request))
    return unless_as_seen(request, context["mark"], "work/steps.html", {**context, "oob": True})
