"""Worklists: home, everything that waits, what was done, and the steps of one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.web.listing import Filter, Keyset
from shunda.web.navigation import Entry, menu
from shunda.web.pages import act, actor, back, now, page
from shunda.work import actions, live, notices, queries
from shunda.work.clock_pages import why
from shunda.work.kinds import KINDS, NOTES, OUTCOMES, label_of
from shunda.work.models import Task

MAY = "work.view_task"


def buttons(by: Actor) -> Mapping[str, list[tuple[str, str | Promise]]]:
    """What can be done with ticked tasks where they stand: kind -> (address, text); see ``wiring.tables.TASK_ACTS``."""
    acts: Mapping[str, list[tuple[str, str | Promise, str]]] = import_string(settings.SHUNDA_TASK_ACTS)
    return {
        kind: [(reverse(url_name), text) for url_name, text, permission in given if by.may(permission)]
        for kind, given in acts.items()
    }


def desks(by: Actor) -> dict[str, Entry]:
    """The page of the menu where steps of a kind are done one after the other; see ``wiring.navigation.TASK_DESKS``."""
    table: Mapping[str, str] = import_string(settings.SHUNDA_TASK_DESKS)
    open_to = {entry.url_name: entry for group in menu(by) for entry in group.entries}
    return {kind: open_to[url_name] for kind, url_name in table.items() if url_name in open_to}


@page(None)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person, step by step, urgent and late first."""
    return render(request, "work/home.html", live.listed(actor(request)))


@page(None, methods=["POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Notices are read: one, or all that are shown; the way to what they are about is kept."""
    ids = [int(pk) for pk in request.POST.getlist("notice") if pk.isdecimal() and len(pk) < 19]
    return act(request, lambda: actions.read(ids, by=actor(request), at=now()), done=_("Read."), to=back(request))


@page(None)
def notifications(request: HttpRequest) -> HttpResponse:
    """What I am told about, and how: on the home page, by mail, both or not at all."""
    me = actor(request)
    if request.method == "POST":
        ways = notices.ticked(request.POST.keys(), me.id or 0)
        return act(
            request,
            lambda: actions.choose(ways, by=me, at=now()),
            done=_("Saved."),
            to=lambda _row: reverse("work:notifications"),
        )
    context = {
        "choices": notices.choices_of(me.id or 0),
        "mail_works": notices.mail_works(),
        "address": getattr(request.user, "email", ""),
    }
    return render(request, "work/notifications.html", context)


class TaskFilter(Filter):
    """Filters of everything that waits."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Number or customer")})
    )
    kind = forms.ChoiceField(
        label=_("Step"), choices=[("", _("All steps")), *((k.name, k.label) for k in KINDS.values())], required=False
    )
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    late = forms.BooleanField(label=_("Late"), required=False)
    changed = forms.BooleanField(label=_("Changed orders"), required=False)
    mine = forms.BooleanField(label=_("Given to me"), required=False)
    team = forms.BooleanField(label=_("Of my teams"), required=False)
    lookups: ClassVar = {}

    def filter_mine(self, rows: QuerySet[Task], _set: bool) -> QuerySet[Task]:  # noqa: FBT001  # as the kit calls it
        """What the person was given out of all he may do (R113)."""
        return rows.filter(assignment__person=self.actor.id if self.actor else None)

    def filter_team(self, rows: QuerySet[Task], _set: bool) -> QuerySet[Task]:  # noqa: FBT001  # as the kit calls it
        """What is about orders that somebody in one of the person's teams looks after."""
        return rows.filter(owner__in=queries.team_mates(self.actor.id if self.actor else None))

    def filter_changed(self, rows: QuerySet[Task], _set: bool) -> QuerySet[Task]:  # noqa: FBT001  # as the kit calls it
        """What is about an order that was changed since it was confirmed (R162)."""
        return rows.filter(order_id__in=queries.changed())

    def filter_q(self, rows: QuerySet[Task], text: str) -> QuerySet[Task]:
        """By the beginning of the number, or a part of the customer's name."""
        return rows.filter(Q(label__istartswith=text) | Q(party__icontains=text))

    def filter_late(self, rows: QuerySet[Task], _late: bool) -> QuerySet[Task]:  # noqa: FBT001  # as the kit calls it
        """What should have been done by now; a clock that stands counts as it stood."""
        return rows.filter(due_at__lt=Coalesce("paused_at", Value(now())))


@page(MAY)
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the person, in one list."""
    by = actor(request)
    chosen = TaskFilter(request)
    tasks = chosen.apply(queries.waiting(by))
    kind = chosen.set_values().get("kind", "")
    context: dict[str, Any] = {
        "page": Keyset(tasks, request, order=["-urgent", "rank_at", "id"]),
        "filter": chosen,
        "buttons": buttons(by).get(kind, []),
        "notes": NOTES,
        "kinds": {name: label_of(name) for name in KINDS},
        "now": now(),
    }
    return render(request, "work/waiting.html", context)


class DoneFilter(TaskFilter):
    """Filters of what was done."""

    urgent = None  # type: ignore[assignment]  # it was, once

    def filter_late(self, rows: QuerySet[Task], _late: bool) -> QuerySet[Task]:  # noqa: FBT001  # as the kit calls it
        """What was done after its time."""
        return rows.filter(closed_at__gt=F("due_at"))


@page(MAY)
def done(request: HttpRequest) -> HttpResponse:
    """What was done, by whom and whether in time, newest first (R155)."""
    chosen = DoneFilter(request)
    rows = chosen.apply(queries.done(actor(request)))
    context = {
        "page": Keyset(rows, request),
        "filter": chosen,
        "outcomes": OUTCOMES,
        "kinds": {name: label_of(name) for name in KINDS},
    }
    return render(request, "work/done.html", context)


@page(MAY)
def of_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps of one order: who is to act and until when, what was done and whether in time."""
    by = actor(request)
    tasks = queries.of_order(pk, by)
    stoppable = queries.with_clock(by).filter(order_id=pk, closed_at__isnull=True, paused_at__isnull=True)
    context = {
        "stops": list(stoppable.order_by("pk").values_list("pk", flat=True)) if by.may("work.pause_task") else [],
        "next": back(request),
        "open": [task for task in tasks if task.closed_at is None],
        "closed": [task for task in tasks if task.closed_at is not None],
        "why": {task.pk: why(task) for task in tasks if task.limit_rule},
        "notes": NOTES,
        "outcomes": OUTCOMES,
        "kinds": {name: label_of(name) for name in KINDS},
        "now": now(),
    }
    return render(request, "work/of_order.html", context)
