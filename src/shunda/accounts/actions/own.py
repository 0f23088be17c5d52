"""What everybody may do with the own account: language and theme, particulars, API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from shunda.accounts import permissions, queries, reasons
from shunda.accounts.models import ApiToken, User
from shunda.accounts.rules import EVERYTHING, TOKEN_DAYS, digest_of, is_above, raw_token, why_not_particulars
from shunda.accounts.specs import NewToken, TokenSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refusal, Refused

THEMES = ("system", "light", "dark")


def _oneself(by: Actor) -> int:
    """The id of the person who acts; the system has no account of its own."""
    if by.id is None:
        raise NotPermitted("accounts.own")
    return by.id


@transaction.atomic
def set_preferences(*, by: Actor, at: datetime, language: str | None = None, theme: str | None = None) -> User:
    """Choose the own language and theme; ``None`` leaves one as it is. Refuses what does not exist here."""
    del at  # how somebody likes to read is no business event
    user = User.objects.select_for_update().get(pk=_oneself(by))
    if language is not None:
        if language not in dict(settings.LANGUAGES):
            raise Refused(reasons.UNKNOWN_LANGUAGE(user.pk, language=language[:20], where="language"))
        user.language = language
    if theme is not None:
        if theme not in THEMES:
            raise Refused(reasons.UNKNOWN_THEME(user.pk, theme=theme[:20], where="theme"))
        user.theme = theme
    user.save(update_fields=["language", "theme"])
    return user


@transaction.atomic
def edit_profile(*, by: Actor, at: datetime, email: str, phone: str, version: int | None = None) -> Outcome[User]:
    """Change the own email address and phone number; name and title are the administrator's to change."""
    pk = _oneself(by)
    batch = Batch(User.objects.all(), [pk], None, "user.edit", versions=None if version is None else {pk: version})
    batch.refuse_if(lambda row: list(why_not_particulars(row.pk, email=email.strip(), phone=phone.strip())))
    for row in batch:
        batch.amend(row, {"email": email.strip(), "phone": phone.strip()})
    return batch.commit(by=by, at=at)


@transaction.atomic
def create_token(spec: TokenSpec, *, by: Actor, at: datetime) -> Outcome[NewToken]:
    """Make an API token for oneself; its text comes back once and only its hash is kept.

    Refuses a missing name, scopes one lacks oneself, and an end that is past or more than a year away.
    """
    pk = _oneself(by)
    refused = [*why_not_particulars(0, name=spec.name), *_why_not_scopes(spec, by)]
    if not at < spec.expires_at <= at + timedelta(days=TOKEN_DAYS):
        refused.append(reasons.BAD_EXPIRY(0, days=TOKEN_DAYS, where="expires_at"))
    if refused:
        return Outcome([], refused)
    prefix = secrets.token_hex(5)
    raw = raw_token(prefix, secrets.token_hex(32))
    token = ApiToken.objects.create(
        user_id=pk,
        name=spec.name.strip(),
        prefix=prefix,
        digest=digest_of(raw),
        scopes=sorted(set(spec.scopes)),
        created_at=at,
        expires_at=spec.expires_at,
    )
    record([happening("token.create", token, user=pk, name=token.name, scopes=token.scopes)], by=by, at=at)
    return Outcome([NewToken(token, raw)])


def _why_not_scopes(spec: TokenSpec, by: Actor) -> Iterator[Refusal]:
    """Scopes must exist and be the owner's; whoever comes by a narrower token cannot make a wider one."""
    if not spec.scopes:
        yield reasons.NO_SCOPE(0, where="scopes")
    wanted = set(spec.scopes) - {EVERYTHING}
    for scope in sorted(wanted - permissions.known()):
        yield reasons.UNKNOWN_PERMISSION(0, permission=scope[:80], where="scopes")
    for scope in sorted(wanted & permissions.known()):
        if not by.may(scope):
            yield reasons.SCOPE_LACKING(0, permission=scope, where="scopes")
    if EVERYTHING in spec.scopes and not queries.rights_of([_oneself(by)])[_oneself(by)].permissions <= by.permissions:
        yield reasons.SCOPE_LACKING(0, permission=EVERYTHING, where="scopes")


@transaction.atomic
def revoke_tokens(ids: Iterable[int], *, by: Actor, at: datetime) -> Outcome[ApiToken]:
    """End tokens at once: the own ones, or anybody's by who may edit users. Refuses those revoked already."""
    rows = ApiToken.objects.all()
    if not by.may("accounts.edit_user"):
        rows = rows.filter(user_id=_oneself(by))
    batch = Batch(rows, ids, None, "token.revoke")
    batch.refuse_if(lambda row: reasons.TOKEN_REVOKED(row.pk, name=row.name) if row.revoked_at else None)
    owners = queries.rights_of({row.user_id for row in batch})
    batch.refuse_if(
        lambda row: (
            reasons.ABOVE_YOU(row.pk, name=owners[row.user_id].name)
            if row.user_id != by.id and is_above(owners[row.user_id], by)
            else None
        )
    )
    return batch.commit(by=by, at=at, stamp="revoked_at")


@transaction.atomic
def end_sessions(ids: Iterable[int], *, by: Actor, at: datetime) -> Outcome[UserSession]:
    """Sign oneself out in these browsers at once; somebody else's sessions are not found."""
    wanted = list(ids)
    mine = list(UserSession.objects.select_for_update().filter(user_id=_oneself(by), pk__in=wanted).order_by("pk"))
    users = User.objects.filter(pk=_oneself(by))
    record([happening("user.end_sessions", user, sessions=len(mine)) for user in users if mine], by=by, at=at)
    for session in mine:
        session.end()
    found = {session.pk for session in mine}
    return Outcome(mine, [NOT_FOUND(pk) for pk in wanted if pk not in found])
