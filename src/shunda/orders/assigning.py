"""Whom a waiting step about an order is given to: a table names the team, workload the person (R113, R114).

Looked at once a minute for the steps that came since, whichever folder put them on the worklists; nothing is read
where the table has no rows. Whoever else may do a step can do it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Team
from shunda.accounts.queries import actors_for
from shunda.core.actor import Actor
from shunda.orders import candidates, choosing, queries
from shunda.orders import reasons as why
from shunda.orders.candidates import Candidates
from shunda.orders.choosing import Wish
from shunda.orders.decisions import FACTS, PIECE, facts_now, looked_at
from shunda.orders.models import Order
from shunda.orders.queries import lines_of
from shunda.policies.conditions import Names
from shunda.policies.decisions import in_force
from shunda.policies.kinds import Text
from shunda.policies.tables import Case, Fault, Input, Output, Row, Table, declare
from shunda.work.kinds import KINDS
from shunda.work.models import Assignment, Task

REVIEWS = "review."


@dataclass(frozen=True, slots=True)
class Waited:
    """Steps about orders that began to wait between two moments."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many."""
        return self._rows(since, until).count()

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """Each under its order, with the facts of the order as they are now."""
        rows = self._rows(since, until).iterator(chunk_size=PIECE)
        while tasks := list(islice(rows, PIECE)):
            base = _facts(tasks)
            for task in tasks:
                yield Case(task.order_id or 0, task.label, {**base[task.order_id or 0], "step": task.kind})

    def _rows(self, since: datetime, until: datetime) -> QuerySet[Task]:
        rows = Task.objects.filter(opened_at__gte=since, opened_at__lt=until, order_id__in=Order.objects.values("pk"))
        return rows.only("order_id", "label", "kind").order_by("pk")


def _unknown(rows: Sequence[Row]) -> list[Fault]:
    teams = set(Team.objects.filter(active=True).values_list("code", flat=True))
    return [
        Fault(f"rows.{index}.team", why.NO_TEAM, {"value": row.then["team"]})
        for index, row in enumerate(rows)
        if row.then["team"] not in teams
    ]


STEPS = declare(
    Table(
        "orders.steps",
        _("Which team does a step"),
        _(
            "Asked when a step about an order has begun to wait. Of the team the one is meant who may do it, fits by"
            " territory and ability and has the fewest steps; others who may can do it too."
        ),
        (Input("step", _("step"), Names(tuple((kind.name, kind.label) for kind in KINDS.values()))), *FACTS),
        (Output("team", _("team (code)"), Text(r"[^\s]{1,20}", _("the code of a team"))),),
        (),
        requirements=("R113", "R114"),
        subject_url="orders:detail",
        history=Waited(),
        told_by="step",
        otherwise=_("everybody who may do it"),
        check=_unknown,
    )
)


@transaction.atomic
def assign(at: datetime) -> int:
    """Give the open steps nobody has looked at yet to somebody; so many were looked at. A dozen queries at most."""
    edition = in_force(STEPS.name, at)
    if not edition.grid.rows:
        return 0
    waiting = Task.objects.filter(closed_at__isnull=True, assignment=None, order_id__in=Order.objects.values("pk"))
    tasks = list(waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:PIECE])
    base = _facts(tasks)
    rulings = {task.pk: edition.rule({**base[task.order_id or 0], "step": task.kind}) for task in tasks}
    teams = {one.first["team"] for one in rulings.values() if one.first}
    known = replace(read := candidates.read(teams, ()), load=_load(read))
    given = _Giving(tasks, known)
    rows = []
    for task in tasks:
        ruling = rulings[task.pk]
        person, told = given.to(task, ruling.first["team"]) if ruling.first else (None, [])
        decided = {**ruling.trace(), "candidates": told} if ruling.first else {}
        rows.append(Assignment(task=task, person_id=person, decided=decided, at=at))
    Assignment.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


class _Giving:
    """What decides between the people of a team, read for all steps at once."""

    def __init__(self, tasks: Sequence[Task], known: Candidates) -> None:
        self.known = known
        ids = {task.order_id or 0 for task in tasks}
        self.orders = Order.objects.in_bulk(ids)
        lines = lines_of(ids)
        self.articles = dict(zip(lines, candidates.categories(lines.values()), strict=True))
        self.editors = queries.editors(ids)
        self.people = actors_for({person.id for people in known.members.values() for person in people})

    def to(self, task: Task, team: str) -> tuple[int | None, list[dict[str, Any]]]:
        """Who of the team gets it, and how it was with each who may do it."""
        order = self.orders[task.order_id or 0]
        able = [one for one in self.known.members.get(team, ()) if self._may(self.people.get(one.id), task, order)]
        wish = Wish(order.region_id, order.kind, self.articles[order.pk])
        chosen, told = choosing.choose(able, wish, self.known.load)
        return (chosen.id if chosen else None), told

    def _may(self, actor: Actor | None, task: Task, order: Order) -> bool:
        """Who lacks the right, does not see the order, or would review what is his own is not meant."""
        if actor is None or not actor.may(task.permission):
            return False
        own = {order.owner_id, order.created_by_id, *self.editors[order.pk]}
        return actor.sees(order.owner_id, order.region_id) and not (task.kind.startswith(REVIEWS) and actor.id in own)


def _facts(tasks: Iterable[Task]) -> dict[int, dict[str, Any]]:
    orders = looked_at(Order.objects.filter(pk__in={task.order_id for task in tasks}))
    return {order.pk: facts_now(order) for order in orders}


def _load(known: Candidates) -> dict[int, int]:
    """How many open steps each has been given."""
    people: Mapping[str, Sequence[choosing.Person]] = known.members
    ids = {person.id for members in people.values() for person in members}
    rows = Assignment.objects.filter(person__in=ids, task__closed_at__isnull=True).values_list("person_id")
    return dict(rows.annotate(Count("pk")).order_by("person_id"))
