"""Roles: sets of permissions with a reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.accounts import permissions, reasons
from shunda.accounts.actions.guard import one_at_a_time
from shunda.accounts.models import Role, User
from shunda.accounts.rules import (
    ADMINISTER,
    EVERYTHING,
    REACHES,
    administers,
    why_not_code,
    why_not_granted,
    why_not_particulars,
)
from shunda.accounts.specs import RoleEdit, RoleSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal


@action("accounts.create_role")
def create_roles(specs: Sequence[RoleSpec], *, by: Actor, at: datetime) -> Outcome[Role]:
    """Make roles. Refuses codes that are malformed or taken, unknown permissions, and more than the maker may do."""
    one_at_a_time()
    taken = set(Role.objects.filter(code__in=[spec.code for spec in specs]).values_list("code", flat=True))
    known = permissions.known()
    done: list[Role] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        why = list(why_not_code(index, spec.code, 40))
        if spec.code in taken:
            why.append(reasons.CODE_TAKEN(index, code=spec.code, where="code"))
        why += _why_not_role(index, spec.name, spec.name_en, spec.reach, spec.permissions, known, by)
        refused += why
        if not why:
            taken.add(spec.code)
            done.append(
                Role(
                    code=spec.code,
                    name=spec.name.strip(),
                    name_en=spec.name_en.strip(),
                    reach=spec.reach,
                    permissions=sorted(set(spec.permissions)),
                    edited_at=at,
                )
            )
    roles = Role.objects.bulk_create(done)
    record(
        (happening("role.create", role, code=role.code, permissions=role.permissions) for role in roles), by=by, at=at
    )
    return Outcome(roles, refused)


@action("accounts.edit_role")
def edit_roles(
    edits: Sequence[RoleEdit], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Role]:
    """Change roles, for everybody who has them at once; the event says which permissions came and went.

    Refuses unknown permissions, new permissions that the one who gives them lacks, narrowing the installed
    administrator role, and leaving nobody who administers.
    """
    one_at_a_time()
    wanted = {edit.id: edit for edit in edits}
    known = permissions.known()
    batch = Batch(Role.objects.all(), wanted, None, "role.edit", versions=versions)
    batch.refuse_if(lambda row: list(_why_not_edited(wanted[row.pk], row, known, by)))
    losing = {
        row.pk
        for row in batch
        if (new := wanted[row.pk].permissions) is not None and administers(row.permissions) and not administers(new)
    }
    batch.refuse_if(_keep_an_administrator(losing))
    for row in batch:
        edit = wanted[row.pk]
        fields: dict[str, Any] = {"edited_at": at}
        fields |= {n: getattr(edit, n).strip() for n in ("name", "name_en") if getattr(edit, n) is not None}
        changes = {n: [getattr(row, n), v] for n, v in fields.items() if n != "edited_at" and getattr(row, n) != v}
        if edit.reach is not None and edit.reach != row.reach:
            fields["reach"] = edit.reach
            changes["reach"] = [row.reach, edit.reach]
        if edit.permissions is not None:
            had, has = set(row.permissions), set(edit.permissions)
            fields["permissions"] = sorted(has)
            batch.note(row.pk, granted=sorted(has - had), withdrawn=sorted(had - has))
        batch.amend(row, fields)
        batch.note(row.pk, changes=changes)
    return batch.commit(by=by, at=at)


def _why_not_edited(edit: RoleEdit, row: Role, known: set[str], by: Actor) -> Iterator[Refusal]:
    had = set(row.permissions)
    wanted = had if edit.permissions is None else set(edit.permissions)
    reach = row.reach if edit.reach is None else edit.reach
    if row.builtin and administers(had) and (wanted != had or reach != row.reach):
        yield reasons.FULL_ROLE(row.pk, name=row.name)
    further = reach if reach in REACHES and reach != row.reach else "own"
    yield from _why_not_role(row.pk, edit.name, edit.name_en, reach, wanted - had, known, by, granted_reach=further)


def _why_not_role(
    id: int,
    name: str | None,
    name_en: str | None,
    reach: str,
    granted: Sequence[str] | set[str],
    known: set[str],
    by: Actor,
    granted_reach: str | None = None,
) -> Iterator[Refusal]:
    yield from why_not_particulars(id, name=name)
    if name_en and len(name_en) > 80:
        yield reasons.TOO_LONG(id, field="name_en", limit=80, where="name_en")
    if reach not in REACHES:
        yield reasons.UNKNOWN_REACH(id, reach=reach[:20], where="reach")
        return
    for unknown in sorted(set(granted) - known):
        yield reasons.UNKNOWN_PERMISSION(id, permission=unknown[:80], where="permissions")
    yield from why_not_granted(id, granted, granted_reach or reach, by)


def _keep_an_administrator(losing: set[int]) -> Any:
    """For ``refuse_if``: roles that stop administering may, as long as other roles keep an active administrator."""
    holding = Role.objects.filter(permissions__overlap=[ADMINISTER, EVERYTHING]).exclude(pk__in=losing)
    stays = not losing or User.objects.filter(roles__in=holding, is_active=True).exists()

    def why(row: Role) -> Refusal | None:
        return None if stays or row.pk not in losing else reasons.LAST_ADMINISTRATOR(row.pk, name=row.name)

    return why
