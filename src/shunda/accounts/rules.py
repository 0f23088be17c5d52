"""Decisions about people that need no database: particulars, what may be granted, the shape of a token."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shunda.accounts import reasons
from shunda.core.actor import Actor, Reach
from shunda.core.refusal import Refusal

ADMINISTER = "accounts.administer"
"""Who holds it may grant what he lacks himself; the last active person who holds it cannot lose it."""

EVERYTHING = "*"
"""Every permission there is, of a role; whatever its owner may do, of a token."""

TOKEN_WORD = "shunda"  # noqa: S105  # the word every token starts with, so that scanners find leaked ones
TOKEN_DAYS = 366
"""A token lives so many days at most."""

REACHES: list[Reach] = ["own", "region", "all"]
_USERNAME = re.compile(r"[\w.@+-]{2,60}")
_PHONE = re.compile(r"(?=(?:\D*\d){5,20}\D*$)[\d+ ()-]{5,30}")
_CODE = re.compile(r"[a-z0-9_-]+")


def why_not_particulars(
    id: int | None,
    *,
    username: str | None = None,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    title: str | None = None,
) -> Iterator[Refusal]:
    """What is wrong with a person's particulars, each at its field; ``None`` is not looked at."""
    if username is not None and not _USERNAME.fullmatch(username):
        yield reasons.BAD_USERNAME(id, username=username[:80], where="username")
    if name is not None and not 0 < len(name.strip()) <= 80:
        yield reasons.NAME_MISSING(id, where="name")
    if email and not _is_email(email):
        yield reasons.BAD_EMAIL(id, email=email[:80], where="email")
    if phone and not _PHONE.fullmatch(phone):
        yield reasons.BAD_PHONE(id, phone=phone[:40], where="phone")
    if title and len(title) > 80:
        yield reasons.TOO_LONG(id, field="title", limit=80, where="title")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def why_not_code(id: int | None, code: str, limit: int) -> Iterator[Refusal]:
    """A code of a role or region is short and plain."""
    if len(code) > limit or not _CODE.fullmatch(code):
        yield reasons.BAD_CODE(id, code=code[:60], limit=limit, where="code")


def why_not_granted(id: int | None, permissions: Iterable[str], reach: str, by: Actor) -> Iterator[Refusal]:
    """Nobody gives what he lacks, or lets others see further than himself, unless he is an administrator."""
    if by.may(ADMINISTER):
        return
    missing = sorted(name for name in permissions if not by.may(name))
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        yield reasons.GRANTS_MORE(id, missing=shown, where="role_ids")
    if REACHES.index(widest([reach])) > REACHES.index(by.reach):
        yield reasons.REACHES_FURTHER(id, where="role_ids")


def is_above(person: Actor, by: Actor) -> bool:
    """Whether a person may do more than the one who wants to change the account."""
    return not by.may(ADMINISTER) and not all(by.may(name) for name in person.permissions)


def administers(permissions: Iterable[str]) -> bool:
    """Whether permissions make an administrator."""
    return not {ADMINISTER, EVERYTHING}.isdisjoint(permissions)


def widest(reaches: Iterable[str]) -> Reach:
    """The widest of several reaches; without any role, a person sees only what is his own."""
    given = set(reaches)
    return max((reach for reach in REACHES if reach in given), key=REACHES.index, default="own")


def prefix_of(raw: str) -> str | None:
    """The part of a token by which its row is found; ``None`` when it is no token of ours."""
    parts = raw.split("_")
    if len(parts) != 3 or parts[0] != TOKEN_WORD or not parts[1] or len(parts[1]) > 12:
        return None
    return parts[1]


def raw_token(prefix: str, secret: str) -> str:
    """A token as its owner keeps it."""
    return f"{TOKEN_WORD}_{prefix}_{secret}"


def digest_of(raw: str) -> str:
    """What is stored of a token. Its secret has 256 random bits, so a plain fast hash cannot be guessed back."""
    return hashlib.sha256(raw.encode()).hexdigest()
