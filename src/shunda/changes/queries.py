"""Reads of changes: who sees which, what waits for whom, and the revisions of an order."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from shunda.changes.models import Change, Revision, Voice
from shunda.changes.states import VoiceStatus
from shunda.changes.tasks import ROLES
from shunda.core.actor import Actor
from shunda.orders import queries as orders


def seen_by(actor: Actor) -> QuerySet[Change]:
    """The changes of the orders an actor may see."""
    if actor.reach == "all":
        return Change.objects.all()
    return Change.objects.filter(order__in=orders.seen_by(actor).values("pk"))


def rows(actor: Actor) -> QuerySet[Change]:
    """The changes an actor may see, with the names that lists show."""
    return seen_by(actor).select_related("order__customer", "requested_by", "agreement__file")


def whole(changes: QuerySet[Change]) -> QuerySet[Change]:
    """Changes with their voices, in a fixed number of queries."""
    voices = Voice.objects.select_related("decided_by").order_by("step", "pk")
    return changes.prefetch_related(Prefetch("voices", voices))


def roles_of(actor: Actor) -> list[str]:
    """As what an actor may decide."""
    return [role for role, permission in ROLES.items() if actor.may(permission)]


def waiting(actor: Actor) -> QuerySet[Voice]:
    """The voices that wait for an actor, of changes he may see."""
    mine = Voice.objects.filter(status=VoiceStatus.PENDING, role__in=roles_of(actor), change__in=seen_by(actor))
    return mine.select_related("change__order__customer", "change__requested_by", "change__agreement__file")


def revisions(actor: Actor) -> QuerySet[Revision]:
    """The revisions of the orders an actor may see."""
    every = Revision.objects.select_related("order", "change")
    return every if actor.reach == "all" else every.filter(order__in=orders.seen_by(actor).values("pk"))


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """The numbers people know changes by."""
    return dict(Change.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def voice_numbers(ids: Iterable[int]) -> dict[int, str]:
    """By voice: the number of its change."""
    return dict(Voice.objects.filter(pk__in=list(ids)).values_list("pk", "change__number"))
