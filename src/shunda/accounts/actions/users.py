"""People: giving access, changing particulars, roles and regions, ending access, new passwords."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.db.models.functions import Lower

from shunda.accounts import queries, reasons
from shunda.accounts.actions.guard import one_at_a_time, why_not_password
from shunda.accounts.models import Region, Role, User
from shunda.accounts.rules import administers, is_above, why_not_granted, why_not_particulars, widest
from shunda.accounts.specs import UserEdit, UserSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal

PARTICULARS = ("name", "email", "phone", "title")


@action("accounts.create_user")
def create_users(specs: Sequence[UserSpec], *, by: Actor, at: datetime) -> Outcome[User]:
    """Give people access.

    Refuses user names that are malformed or taken, wrong particulars, weak passwords, unknown roles and regions,
    and roles that hold more than the giver does (unless an administrator).
    """
    one_at_a_time()
    known = _Known(specs)
    taken = _taken(spec.username for spec in specs)
    done: list[tuple[UserSpec, User]] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        person = User(
            username=spec.username,
            language=spec.language,
            must_change_password=spec.must_change_password,
            date_joined=at,
            **{name: getattr(spec, name).strip() for name in PARTICULARS},
        )
        why = list(_why_not_created(index, spec, person, known, taken, by))
        refused += why
        if not why:
            taken.add(spec.username.lower())
            done.append((spec, person))
    _hash_passwords(done)
    people = User.objects.bulk_create(person for _spec, person in done)
    _assign(User.roles.through, "role_id", {person.pk: spec.role_ids for spec, person in done})
    _assign(User.regions.through, "region_id", {person.pk: spec.region_ids for spec, person in done})
    record(
        (
            happening(
                "user.create",
                person,
                roles=known.role_codes(spec.role_ids),
                regions=known.region_codes(spec.region_ids),
            )
            for spec, person in done
        ),
        by=by,
        at=at,
    )
    return Outcome(people, refused)


def _hash_passwords(people: Sequence[tuple[UserSpec, User]]) -> None:
    """A password takes a tenth of a second to hash, on purpose; several are hashed side by side."""
    with ThreadPoolExecutor(min(len(people), os.cpu_count() or 1) or 1) as pool:
        for (_spec, person), made in zip(
            people, pool.map(lambda one: make_password(one[0].password), people), strict=True
        ):
            person.password = made


@action("accounts.edit_user")
def edit_users(
    edits: Sequence[UserEdit], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[User]:
    """Change particulars, roles and regions of people.

    Refuses wrong particulars, unknown or no roles, roles beyond the giver's own rights, accounts that may do more
    than the one who changes them, and taking the last administrator's role away.
    """
    one_at_a_time()
    wanted = {edit.id: edit for edit in edits}
    known = _Known(edits)
    batch = Batch(queries.users(), wanted, None, "user.edit", versions=versions)
    rights = queries.rights_of(batch.ids)
    batch.refuse_if(lambda row: list(_why_not_edited(wanted[row.pk], rights[row.pk], row, known, by)))
    leaving = {
        row.pk
        for row in batch
        if (given := wanted[row.pk].role_ids) is not None and not administers(known.permissions(given))
    }
    batch.refuse_if(_keep_an_administrator(leaving))
    for row in batch:
        _amend(batch, row, wanted[row.pk], known)
    roles = {pk: given for pk in batch.ids if (given := wanted[pk].role_ids) is not None}
    regions = {pk: given for pk in batch.ids if (given := wanted[pk].region_ids) is not None}
    _assign(User.roles.through, "role_id", roles)
    _assign(User.regions.through, "region_id", regions)
    return batch.commit(by=by, at=at)


def _amend(batch: Batch[User], row: User, edit: UserEdit, known: _Known) -> None:
    """Set a person's new particulars; the event says what was and what is, roles and regions by their codes."""
    fields = {name: value.strip() for name in PARTICULARS if (value := getattr(edit, name)) is not None}
    changes: dict[str, list[Any]] = {name: [getattr(row, name), value] for name, value in fields.items()}
    if edit.role_ids is not None:
        changes["roles"] = [sorted(role.code for role in row.roles.all()), known.role_codes(edit.role_ids)]
    if edit.region_ids is not None:
        changes["regions"] = [sorted(r.code for r in row.regions.all()), known.region_codes(edit.region_ids)]
    batch.amend(row, fields)
    batch.note(row.pk, changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]})


def set_roles(ids: Iterable[int], role_ids: Sequence[int], *, by: Actor, at: datetime) -> Outcome[User]:
    """Give people exactly these roles; see ``edit_users``."""
    return edit_users([UserEdit(pk, role_ids=role_ids) for pk in ids], by=by, at=at)


def set_regions(ids: Iterable[int], region_ids: Sequence[int], *, by: Actor, at: datetime) -> Outcome[User]:
    """Let people work in exactly these regions; see ``edit_users``."""
    return edit_users([UserEdit(pk, region_ids=region_ids) for pk in ids], by=by, at=at)


@action("accounts.edit_user")
def deactivate(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[User]:
    """End people's access at once: their sessions and tokens stop working, what they did stays under their name.

    Refuses the last active administrator, people who may do more than the one who asks, and inactive ones.
    """
    one_at_a_time()
    batch = Batch(User.objects.all(), ids, None, "user.deactivate", versions=versions)
    batch.refuse_if(lambda row: None if row.is_active else reasons.ALREADY_INACTIVE(row.pk, name=str(row)))
    rights = queries.rights_of(batch.ids)
    batch.refuse_if(lambda row: _why_above(row, rights[row.pk], by))
    batch.refuse_if(_keep_an_administrator(set(batch.ids)))
    return batch.commit(by=by, at=at, is_active=False)


@action("accounts.edit_user")
def reactivate(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[User]:
    """Give people their access back, with the roles they had. Refuses whoever may do more than the one who asks."""
    one_at_a_time()
    batch = Batch(User.objects.all(), ids, None, "user.reactivate", versions=versions)
    batch.refuse_if(lambda row: reasons.ALREADY_ACTIVE(row.pk, name=str(row)) if row.is_active else None)
    rights = queries.rights_of(batch.ids)
    batch.refuse_if(lambda row: _why_above(row, rights[row.pk], by))
    return batch.commit(by=by, at=at, is_active=True)


@action("accounts.edit_user")
def set_password(user_id: int, password: str, *, by: Actor, at: datetime, must_change: bool = True) -> Outcome[User]:
    """A new password for somebody who lost it, to be changed at the next sign-in. Sessions of that person end.

    Refuses weak passwords and people who may do more than the one who asks.
    """
    one_at_a_time()
    batch = Batch(User.objects.all(), [user_id], None, "user.set_password")
    rights = queries.rights_of(batch.ids)
    batch.refuse_if(lambda row: _why_above(row, rights[row.pk], by))
    batch.refuse_if(lambda row: list(why_not_password(row.pk, password, row)))
    if not batch.ids:
        return Outcome([], batch.refused)
    mold = User()
    mold.set_password(password)
    return batch.commit(by=by, at=at, password=mold.password, must_change_password=must_change)


class _Known:
    """The roles and regions that a batch names, read once."""

    def __init__(self, specs: Sequence[UserSpec] | Sequence[UserEdit]) -> None:
        self.roles = Role.objects.in_bulk({pk for spec in specs for pk in spec.role_ids or ()})
        self.regions = Region.objects.in_bulk({pk for spec in specs for pk in spec.region_ids or ()})

    def role_codes(self, ids: Iterable[int]) -> list[str]:
        return sorted(self.roles[pk].code for pk in ids)

    def region_codes(self, ids: Iterable[int]) -> list[str]:
        return sorted(self.regions[pk].code for pk in ids)

    def permissions(self, role_ids: Iterable[int]) -> set[str]:
        return {name for pk in role_ids for name in self.roles[pk].permissions}

    def why_not(self, id: int, role_ids: Iterable[int], region_ids: Iterable[int]) -> list[Refusal]:
        unknown = [reasons.UNKNOWN_ROLE(id, role=pk, where="role_ids") for pk in role_ids if pk not in self.roles]
        return unknown + [
            reasons.UNKNOWN_REGION(id, region=pk, where="region_ids") for pk in region_ids if pk not in self.regions
        ]


def _why_not_created(
    index: int, spec: UserSpec, person: User, known: _Known, taken: set[str], by: Actor
) -> Iterator[Refusal]:
    yield from why_not_particulars(index, username=spec.username, **{n: getattr(spec, n) for n in PARTICULARS})
    if spec.username.lower() in taken:
        yield reasons.USERNAME_TAKEN(index, username=spec.username, where="username")
    if spec.language not in dict(settings.LANGUAGES):
        yield reasons.UNKNOWN_LANGUAGE(index, language=spec.language[:20], where="language")
    if spec.password is not None:
        yield from why_not_password(index, spec.password, person)
    if not spec.role_ids:
        yield reasons.NO_ROLE(index, where="role_ids")
    unknown = known.why_not(index, spec.role_ids, spec.region_ids)
    yield from unknown
    if not unknown:
        reach = widest(known.roles[pk].reach for pk in spec.role_ids)
        yield from why_not_granted(index, known.permissions(spec.role_ids), reach, by)


def _why_not_edited(edit: UserEdit, rights: Actor, row: User, known: _Known, by: Actor) -> Iterator[Refusal]:
    above = _why_above(row, rights, by)
    if above:
        yield above
    yield from why_not_particulars(row.pk, **{name: getattr(edit, name) for name in PARTICULARS})
    unknown = known.why_not(row.pk, edit.role_ids or (), edit.region_ids or ())
    yield from unknown
    if edit.role_ids is None:
        return
    if not edit.role_ids:
        yield reasons.NO_ROLE(row.pk, where="role_ids")
    if not unknown:
        had = {role.pk for role in row.roles.all()}
        new = [pk for pk in edit.role_ids if pk not in had]
        reach = widest(known.roles[pk].reach for pk in new)
        yield from why_not_granted(row.pk, known.permissions(new), reach, by)


def _why_above(row: User, rights: Actor, by: Actor) -> Refusal | None:
    return reasons.ABOVE_YOU(row.pk, name=str(row)) if is_above(rights, by) else None


def _keep_an_administrator(leaving: set[int]) -> Any:
    """For ``refuse_if``: people of ``leaving`` go one after another as long as an administrator stays."""
    staying = queries.administrators() if leaving else set()

    def why(row: User) -> Refusal | None:
        if row.pk not in leaving or row.pk not in staying:
            return None
        if staying == {row.pk}:
            return reasons.LAST_ADMINISTRATOR(row.pk, name=str(row))
        staying.discard(row.pk)
        return None

    return why


def _taken(usernames: Iterable[str]) -> set[str]:
    wanted = [name.lower() for name in usernames]
    rows = User.objects.annotate(lower=Lower("username")).filter(Q(lower__in=wanted))
    return set(rows.values_list("lower", flat=True))


def _assign(through: Any, column: str, wanted: Mapping[int, Sequence[int]]) -> None:
    """Make a many-to-many table say exactly this, in two statements."""
    through.objects.filter(user_id__in=list(wanted)).delete()
    through.objects.bulk_create(
        through(user_id=user, **{column: pk}) for user, pks in wanted.items() for pk in sorted(set(pks))
    )
