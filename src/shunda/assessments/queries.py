"""Reads of cases: who sees which, who is named, meetings, months and their sheets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from shunda.accounts.models import User
from shunda.accounts.queries import doers
from shunda.assessments.models import (
    Assessment,
    Consequence,
    Meeting,
    MeetingPerson,
    Month,
    Named,
    Ruling,
    SheetRow,
    Verdict,
)
from shunda.assessments.states import HIDDEN, MeetingStatus
from shunda.core.actor import Actor

VIEW = "assessments.view_assessment"
CASE = Assessment._meta.label_lower
SHEET = "assessments.view_sheet"


def seen_by(actor: Actor) -> QuerySet[Assessment]:
    """The cases an actor may see: all with the permission and the widest reach, else those of his regions' orders.

    Without the permission only his own, from the moment he is told.
    """
    if not actor.may(VIEW):
        return of_person(actor)
    if actor.reach == "all":
        return Assessment.objects.all()
    own = Q(about__owner=actor.own) if actor.reach == "own" else Q(about__region__in=actor.regions)
    return Assessment.objects.filter(own & ~Q(person=actor.id) | Q(pk__in=of_person(actor).values("pk")))


def of_person(actor: Actor) -> QuerySet[Assessment]:
    """The cases about an actor himself that he was told of."""
    return Assessment.objects.filter(person=actor.id, person__isnull=False).exclude(status__in=HIDDEN)


def rows(actor: Actor) -> QuerySet[Assessment]:
    """The cases an actor may see, with the names that lists show."""
    return with_names(seen_by(actor))


def with_names(cases: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Cases with the names that lists show."""
    return cases.select_related("person", "about", "meeting")


def whole(cases: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Cases with everybody in them and every decision, in a fixed number of queries."""
    named = Named.objects.select_related("person").order_by("pk")
    rulings = Ruling.objects.select_related("decided_by", "meeting").order_by("instance")
    people = cases.select_related("person", "about", "meeting", "recorded_by", "assigned_by", "notified_by")
    return people.prefetch_related(Prefetch("named", named), Prefetch("rulings", rulings))


def named_in(ids: Collection[int]) -> dict[int, set[int]]:
    """By case: who is named in it besides the person it is about; responsible and heard persons of its meeting too."""
    found: dict[int, set[int]] = {}
    for case, person in Named.objects.filter(assessment__in=ids).values_list("assessment_id", "person_id"):
        found.setdefault(case, set()).add(person)
    heard = MeetingPerson.objects.filter(part__in=["responsible", "heard"], meeting__cases__in=ids)
    for case, person in heard.values_list("meeting__cases", "person_id"):
        found.setdefault(case, set()).add(person)
    return found


def brought_by(ids: Collection[int]) -> dict[int, set[int]]:
    """By case: who brought it (recorded it, named the person, told him), and in whose name."""
    return doers(CASE, ids, "assessment.propose", "assessment.assign", "assessment.notify")


def first_deciders(ids: Collection[int]) -> dict[int, set[int]]:
    """By case: who took part in the first decision, alone (or in whose name) or as chair and member of its meeting."""
    found = doers(CASE, ids, "assessment.decide")
    sat = MeetingPerson.objects.filter(part__in=["chair", "member"], meeting__cases__in=ids)
    for case, person in sat.values_list("meeting__cases", "person_id"):
        found.setdefault(case, set()).add(person)
    return found


def meeting_numbers(cases: Iterable[Assessment]) -> dict[int, str]:
    """The numbers of the meetings cases are before."""
    ids = {case.meeting_id for case in cases if case.meeting_id}
    return dict(Meeting.objects.filter(pk__in=ids).values_list("pk", "number")) if ids else {}


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """The numbers people know cases by."""
    return dict(Assessment.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """The review meetings an actor may see: all with the permission and the widest reach, else those he is at."""
    if actor.may(VIEW) and actor.reach == "all":
        return Meeting.objects.all()
    at = MeetingPerson.objects.filter(person=actor.id).values("meeting_id")
    called_off = Q(status=MeetingStatus.CANCELLED)
    return Meeting.objects.filter(~called_off, pk__in=at)


def whole_meetings(found: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Meetings with their people and cases, in a fixed number of queries."""
    people = MeetingPerson.objects.select_related("person").order_by("pk")
    cases = Assessment.objects.select_related("person", "about").order_by("pk")
    linked = found.select_related("called_by", "concluded_by", "minutes")
    return linked.prefetch_related(Prefetch("people", people), Prefetch("cases", cases))


def active(ids: Iterable[int]) -> dict[int, str]:
    """The names of those of these people who are active."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(ids), is_active=True)}


def months() -> QuerySet[Month]:
    """The closed months, newest first."""
    return Month.objects.select_related("closed_by").order_by("-month")


def last_closed() -> date | None:
    """The newest closed month."""
    return Month.objects.order_by("-month").values_list("month", flat=True).first()


def sheet(actor: Actor) -> QuerySet[SheetRow]:
    """What HR gets of each person, month by month; who does not reach all sees his own rows."""
    rows = SheetRow.objects.select_related("person")
    return rows if actor.reach == "all" else rows.filter(person=actor.id)


def sheet_rows(cases: QuerySet[Assessment]) -> Iterable[Mapping[str, Any]]:
    """What these cases come to on sheets: for each month and person the columns of his row."""
    return (
        cases.order_by("month", "person_id")
        .values("person_id", month_id=F("month"))
        .annotate(
            cases=Count("pk"),
            waived=Count("pk", filter=Q(verdict=Verdict.WAIVED)),
            warnings=Count("pk", filter=Q(outcome=Consequence.WARNING)),
            amounts=Count("pk", filter=Q(outcome=Consequence.AMOUNT)),
            total=Sum("outcome_amount"),
        )
    )
