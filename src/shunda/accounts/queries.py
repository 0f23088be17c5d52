"""Reads of people: who a request comes from, and what lists and forms of users, roles and regions show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Count, Prefetch, Q, QuerySet

from shunda.accounts.models import ApiToken, Delegation, Member, Region, Role, Team, User
from shunda.accounts.rules import ADMINISTER, EVERYTHING, digest_of, prefix_of, widest
from shunda.core.actor import Actor, Reach
from shunda.core.event import FOR
from shunda.core.models import Event
from shunda.core.sql import Row, Statement, fetch

# In SQL, as every page asks for it, and so does the transaction of every batch of calls: revoked is revoked, at once.
_RIGHTS = """
       u.id, coalesce(nullif(u.name, ''), u.username),
       array(select r.region_id from accounts_user_regions r join accounts_region g on g.id = r.region_id
             where r.user_id = u.id and g.active order by 1),
       array(select r.reach from accounts_user_roles m join accounts_role r on r.id = m.role_id
             where m.user_id = u.id order by 1),
       array(select distinct p from accounts_user_roles m join accounts_role r on r.id = m.role_id,
             unnest(r.permissions) p where m.user_id = u.id order by 1)
"""
_PEOPLE = f"select {_RIGHTS} from accounts_user u where u.id = any(%s::bigint[]) and (u.is_active or not %s::boolean)"  # noqa: S608  # no text but ours


def rights_of(user_ids: Iterable[int], source: str = "web") -> dict[int, Actor]:
    """What people could do if they were active, by id, in one query."""
    return _people(user_ids, source, active=False)


def actors_for(user_ids: Iterable[int], source: str = "web") -> dict[int, Actor]:
    """Several active users as actors, by id, in one query."""
    return _people(user_ids, source, active=True)


def _people(user_ids: Iterable[int], source: str, *, active: bool) -> dict[int, Actor]:
    rows = fetch(_PEOPLE, [list(user_ids), active])
    return {rights[0]: _actor(rights, source) for rights in rows}


def _actor(rights: Sequence[Any], source: str) -> Actor:
    user_id, name, regions, reaches, permissions = rights
    return _known(user_id, name, tuple(regions), tuple(reaches), tuple(permissions), source)


def actor_for(user: User, source: str = "web") -> Actor:
    """The user as an actor: the permissions of all roles, the widest reach of any, the own regions. One query.

    A user who is not active may do nothing and sees only what is his own.
    """
    known = actors_for([user.pk], source)
    return known.get(user.pk) or Actor(id=user.pk, name=str(user), permissions=frozenset(), source=source)


_STANDING = f"""
select t.digest, t.scopes, {_RIGHTS}
from accounts_apitoken t join accounts_user u on u.id = t.user_id
where t.prefix = any(%s::text[]) and t.digest = any(%s::text[])
  and t.revoked_at is null and t.expires_at > %s and u.is_active
"""  # noqa: S608  # the same


def actors_for_tokens(raw: Iterable[str], at: datetime) -> Statement[dict[str, Actor]]:
    """Who these tokens speak for, by token; one that counts no more is missing."""
    known = {digest_of(each): each for each in set(raw)}
    prefixes = [prefix_of(each) or "" for each in known.values()]

    def read(rows: list[Row]) -> dict[str, Actor]:
        found: dict[str, Actor] = {}
        for digest, scopes, *rights in rows:
            found[known[digest]] = _limited(_actor(rights, "api"), tuple(scopes))
        return found

    return Statement(_STANDING if known else "", [prefixes, list(known), at], read)


@lru_cache(1024)
def _known(
    user_id: int,
    name: str,
    regions: tuple[int, ...],
    reaches: tuple[Reach, ...],
    permissions: tuple[str, ...],
    source: str,
) -> Actor:
    return Actor(user_id, name, frozenset(permissions), widest(reaches), frozenset(regions), source)


@lru_cache(1024)
def _limited(whole: Actor, scopes: tuple[str, ...]) -> Actor:
    return within(whole, scopes)


def within(actor: Actor, scopes: Iterable[str]) -> Actor:
    """What an actor may do through a token: what he may and the token's scopes name."""
    named = frozenset(scopes)
    if EVERYTHING in named:
        return actor
    return replace(actor, permissions=named if EVERYTHING in actor.permissions else actor.permissions & named)


def actor_for_token(raw: str, at: datetime) -> Actor | None:
    """Who an API token speaks for: its user, with the permissions that are also among the token's scopes.

    ``None`` when the token is unknown, revoked or expired, or its user is not active: the caller is not told which.
    """
    return actors_for_tokens([raw], at).run().get(raw)


def administrators() -> set[int]:
    """The active people who may grant everything."""
    holding = Q(roles__permissions__overlap=[ADMINISTER, EVERYTHING])
    return set(User.objects.filter(holding, is_active=True).values_list("pk", flat=True))


NEVER_LENT = ("accounts.", "policies.")
"""Rights nobody has by standing in: over people, and over the rules themselves."""


@dataclass(frozen=True, slots=True)
class Person:
    """An active person: what he may do, the codes of his roles, the language he reads."""

    actor: Actor
    roles: frozenset[str]
    language: str

    @property
    def administers(self) -> bool:
        """Whether he may grant everything, and so holds every permission without it being his work."""
        return self.actor.may(ADMINISTER)


_STAFF = f"""
select {_RIGHTS},
       array(select r.code from accounts_user_roles m join accounts_role r on r.id = m.role_id where m.user_id = u.id),
       u.language
from accounts_user u
where u.is_active and exists (select from accounts_user_roles m join accounts_role r on r.id = m.role_id
      where m.user_id = u.id and (r.permissions && %s::varchar[] or r.code = any(%s::text[])))
order by u.id
"""  # noqa: S608  # the same


def people(permissions: Collection[str], roles: Collection[str]) -> list[Person]:
    """Active people who hold one of the permissions or one of the roles, by id: one query."""
    rows = fetch(_STAFF, [[*permissions, EVERYTHING], list(roles)])
    return [Person(_actor(rights, "web"), frozenset(codes), language) for *rights, codes, language in rows]


def standing(deputy: Actor, delegation_id: int, at: datetime) -> Actor | None:
    """The deputy with the rights of whoever he stands in for at that moment, and no others: two queries.

    He reads and writes what the other could, but administers nothing and changes no policy; what he does is recorded as
    his own, for the other. ``None`` when he does not stand in, any more or yet.
    """
    given = delegations(at).filter(pk=delegation_id, deputy=deputy.id, since__lte=at).first()
    giver = actors_for([given.giver_id]).get(given.giver_id) if given else None
    if giver is None:
        return None
    lent = frozenset(name for name in giver.permissions if not name.startswith(NEVER_LENT) and name != EVERYTHING)
    return replace(giver, id=deputy.id, for_id=giver.id, name=f"{deputy.name} for {giver.name}"[:120], permissions=lent)


def delegations(at: datetime) -> QuerySet[Delegation]:
    """Those that count at that moment or will."""
    return Delegation.objects.filter(until__gt=at, ended_at__isnull=True).select_related("giver", "deputy")


def delegations_of(user_id: int) -> QuerySet[Delegation]:
    """Those a person gave or was given, newest first."""
    mine = Delegation.objects.filter(Q(giver=user_id) | Q(deputy=user_id))
    return mine.select_related("giver", "deputy").order_by("-pk")


def deputies(user_ids: Collection[int], at: datetime) -> dict[int, int]:
    """Who stands in at that moment for whom of these people: one query."""
    away = Delegation.objects.filter(giver__in=list(user_ids), since__lte=at, until__gt=at, ended_at__isnull=True)
    return dict(away.values_list("giver", "deputy"))


def users() -> QuerySet[User]:
    """All people with their roles and regions."""
    return User.objects.prefetch_related("roles", "regions")


def roles() -> QuerySet[Role]:
    """All roles with the number of active people in each."""
    return Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True)))


def role_titles() -> dict[str, str]:
    """The names of all roles in the reader's language, by code."""
    return {role.code: role.title for role in Role.objects.all()}


def regions() -> QuerySet[Region]:
    """All regions with the number of active people in each."""
    return Region.objects.annotate(people=Count("users", filter=Q(users__is_active=True)))


def teams() -> QuerySet[Team]:
    """All teams with their territory and people."""
    people = Member.objects.select_related("user").order_by("place")
    return Team.objects.prefetch_related("regions", Prefetch("members", people))


def tokens_of(user_id: int) -> QuerySet[ApiToken]:
    """A person's tokens, the newest first."""
    return ApiToken.objects.filter(user_id=user_id).order_by("-id")


def names(user_ids: Sequence[int]) -> dict[int, str]:
    """The names of people by id."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=user_ids)}


def sessions_of(user_id: int) -> list[UserSession]:
    """The browsers a person is signed in with; sessions that ended by themselves are cleared away."""
    found: list[UserSession] = UserSession.objects.purge_and_list(User(pk=user_id))
    return found


def doers(subject_kind: str, ids: Iterable[int], *kinds: str) -> dict[int, set[int]]:
    """By subject: whoever did one of these things to it, and for whom. One query.

    What one of them began, neither decides: whoever stands in for somebody is treated as that one too, and the other
    way round.
    """
    found: dict[int, set[int]] = {pk: set() for pk in ids}
    events = Event.objects.filter(subject_kind=subject_kind, subject_id__in=list(found), kind__in=kinds)
    for pk, actor_id, principal in events.values_list("subject_id", "actor_id", f"data__{FOR}"):
        found[pk] |= {one for one in (actor_id, principal) if one is not None}
    return found
