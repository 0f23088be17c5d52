"""Teams: who works together, where, on what (R112-R114)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.accounts import abilities, reasons
from shunda.accounts.actions.guard import one_at_a_time
from shunda.accounts.models import Member, Region, Team, User
from shunda.accounts.rules import why_not_code, why_not_particulars
from shunda.accounts.specs import MemberSpec, TeamEdit, TeamSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal

MOST_CAPACITY = 10_000
Spec = TeamSpec | TeamEdit


@action("accounts.create_team")
def create_teams(specs: Sequence[TeamSpec], *, by: Actor, at: datetime) -> Outcome[Team]:
    """Make teams. Refuses malformed or taken codes, missing names, unknown regions, people and abilities."""
    one_at_a_time()
    taken = set(Team.objects.filter(code__in=[spec.code for spec in specs]).values_list("code", flat=True))
    known = _Known(specs)
    made: list[tuple[Team, TeamSpec]] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        why = [*why_not_code(index, spec.code, 20), *known.why_not(index, spec)]
        if spec.code in taken:
            why.append(reasons.CODE_TAKEN(index, code=spec.code, where="code"))
        refused += why
        if not why:
            taken.add(spec.code)
            team = Team(code=spec.code, name=spec.name.strip(), name_en=spec.name_en.strip())
            team.abilities = list(spec.abilities)
            made.append((team, spec))
    teams = Team.objects.bulk_create(team for team, _spec in made)
    _fill({team.pk: spec for team, spec in made})
    record((happening("team.create", t, code=t.code, people=known.names(s.members)) for t, s in made), by=by, at=at)
    return Outcome(teams, refused)


@action("accounts.edit_team")
def edit_teams(
    edits: Sequence[TeamEdit], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Team]:
    """Change teams, their territory, abilities and people; close or reopen them. What they were given stays theirs."""
    one_at_a_time()
    wanted = {edit.id: edit for edit in edits}
    known = _Known(edits)
    batch = Batch(Team.objects.all(), wanted, None, "team.edit", versions=versions)
    batch.refuse_if(lambda team: list(known.why_not(team.pk, wanted[team.pk])))
    before = _people(batch.ids)
    for team in batch:
        edit = wanted[team.pk]
        given = {name: getattr(edit, name) for name in ("name", "name_en", "active", "abilities")}
        fields = {name: _kept(value) for name, value in given.items() if value is not None}
        batch.amend(team, fields)
        if edit.members is not None and (was := before[team.pk]) != (now := known.names(edit.members)):
            batch.note(team.pk, people=[was, now])
    _fill({pk: edit for pk, edit in wanted.items() if pk in set(batch.ids)})
    return batch.commit(by=by, at=at)


def _kept(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value if isinstance(value, bool) else list(value)


class _Known:
    """What specs refer to, read once for all of them."""

    def __init__(self, specs: Sequence[Spec]) -> None:
        regions = {pk for spec in specs for pk in spec.region_ids or ()}
        people = {member.user_id for spec in specs for member in spec.members or ()}
        self.regions = set(Region.objects.filter(pk__in=regions).values_list("pk", flat=True))
        self.people = {user.pk: str(user) for user in User.objects.filter(pk__in=people, is_active=True)}
        self.abilities = abilities.known()

    def names(self, members: Sequence[MemberSpec]) -> list[str]:
        """For the event."""
        return [self.people[member.user_id] for member in members]

    def why_not(self, pk: int, spec: Spec) -> Iterator[Refusal]:
        """Every reason against one spec, each at its field."""
        yield from why_not_particulars(pk, name=spec.name)
        strange = [region for region in spec.region_ids or () if region not in self.regions]
        yield from (reasons.UNKNOWN_REGION(pk, region=region, where="region_ids") for region in strange)
        yield from self._why_abilities(pk, spec.abilities or (), "abilities")
        seen: set[int] = set()
        for place, member in enumerate(spec.members or ()):
            at = f"members.{place}"
            if member.user_id not in self.people:
                yield reasons.UNKNOWN_PERSON(pk, person=member.user_id, where=f"{at}.person")
            elif member.user_id in seen:
                yield reasons.PERSON_TWICE(pk, person=self.people[member.user_id], where=f"{at}.person")
            if member.capacity is not None and not 1 <= member.capacity <= MOST_CAPACITY:
                yield reasons.BAD_CAPACITY(pk, most=MOST_CAPACITY, where=f"{at}.capacity")
            yield from self._why_abilities(pk, member.abilities, f"{at}.abilities")
            seen.add(member.user_id)

    def _why_abilities(self, pk: int, names: Sequence[str], where: str) -> Iterator[Refusal]:
        yield from (reasons.UNKNOWN_ABILITY(pk, ability=n[:80], where=where) for n in names if n not in self.abilities)


def _people(team_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {pk: [] for pk in team_ids}
    for member in Member.objects.filter(team__in=team_ids).select_related("user").order_by("team_id", "place"):
        found[member.team_id].append(str(member.user))
    return found


def _fill(specs: Mapping[int, Spec]) -> None:
    """Regions and people as they shall be; what a spec leaves open stays."""
    through = Team.regions.through
    regions = {pk: spec.region_ids for pk, spec in specs.items() if spec.region_ids is not None}
    through.objects.filter(team_id__in=regions).delete()
    places = [(pk, region) for pk, ids in regions.items() for region in sorted(set(ids))]
    through.objects.bulk_create(through(team_id=pk, region_id=region) for pk, region in places)
    members = {pk: spec.members for pk, spec in specs.items() if spec.members is not None}
    Member.objects.filter(team_id__in=members).delete()
    Member.objects.bulk_create(
        Member(team_id=pk, user_id=m.user_id, place=place, capacity=m.capacity, abilities=list(m.abilities))
        for pk, people in members.items()
        for place, m in enumerate(people)
    )
