"""Who orders can be given to, with what each has to do now: read for a whole batch in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from shunda.accounts.models import Member, Team, User
from shunda.catalog.models import Category, Sku
from shunda.orders import choosing, tasks
from shunda.orders.choosing import Person
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import OPEN
from shunda.policies import queries as policies
from shunda.work.models import Task

OWN_STEPS = (tasks.SUBMIT, tasks.REVISE)
"""What an order asks of its salesperson himself."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Teams and people by what tables call them, and what each person has to do, by id, however he is named."""

    teams: Mapping[str, int]
    members: Mapping[str, Sequence[Person]]
    named: Mapping[str, Person]
    load: MutableMapping[int, int]

    def of(self, team: str, names: Sequence[str]) -> Sequence[Person]:
        """Whom a row means: the people it names, else those of its team."""
        return [self.named[name] for name in names if name in self.named] if names else self.members.get(team, ())


def read(teams: Collection[str], names: Collection[str]) -> Candidates:
    """The active teams and people of these codes and user names: four queries, however many."""
    found = {team.pk: team for team in Team.objects.filter(code__in=teams, active=True).prefetch_related("regions")}
    members = Member.objects.filter(team__in=found, user__is_active=True).select_related("user")
    rows = list(members.prefetch_related("user__regions").order_by("team_id", "place"))
    named = list(User.objects.filter(username__in=names, is_active=True))
    usual = policies.values("orders.load_capacity", "orders.load_of_step")
    load = _load({row.user_id for row in rows} | {user.pk for user in named}, usual["orders.load_of_step"])
    capacity = usual["orders.load_capacity"]
    people: dict[str, list[Person]] = {team.code: [] for team in found.values()}
    for row in rows:
        team = found[row.team_id]
        regions = [r.pk for r in row.user.regions.all()] or [r.pk for r in team.regions.all()]
        abilities = frozenset(row.abilities or team.abilities)
        person = Person(row.user_id, str(row.user), row.capacity or capacity, frozenset(regions), abilities)
        people[team.code].append(person)
    by_name = {user.username: Person(user.pk, str(user), capacity) for user in named}
    return Candidates({team.code: pk for pk, team in found.items()}, people, by_name, load)


def _load(user_ids: Collection[int], of_step: int) -> dict[int, int]:
    """What each has to do: the open orders he looks after, and so much more for each step that waits for himself."""
    if not user_ids:
        return {}
    orders = Order.objects.filter(owner__in=user_ids, status__in=OPEN).values_list("owner_id")
    load = dict(orders.annotate(Count("pk")).order_by("owner_id"))
    steps = Task.objects.filter(owner__in=user_ids, kind__in=OWN_STEPS, closed_at__isnull=True).values_list("owner_id")
    for owner_id, waiting in steps.annotate(Count("pk")).order_by("owner_id"):
        load[owner_id] = load.get(owner_id, 0) + of_step * waiting
    return load


def categories(lines: Iterable[Iterable[OrderLine]]) -> list[set[frozenset[str]]]:
    """For each order the abilities its articles ask for: two queries, however many orders."""
    orders = [[line.sku_id for line in one] for one in lines]
    wanted = {sku for one in orders for sku in one}
    of_sku = dict(Sku.objects.filter(pk__in=wanted).values_list("pk", "product__category_id"))
    parents = {pk: (code, parent) for pk, code, parent in Category.objects.values_list("pk", "code", "parent_id")}
    return [choosing.articles({of_sku[sku] for sku in one}, parents) for one in orders]
