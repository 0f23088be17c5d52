"""Decisions about people that need no database: reach, the shape of a token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shunda.core.actor import Reach

ADMINISTER = "accounts.administer"
"""Who holds it may grant what he lacks himself; the last active person who holds it cannot lose it."""

EVERYTHING = "*"
"""A token scope: whatever the token's user may do."""

TOKEN_WORD = "shunda"  # noqa: S105  # the word every token starts with, so that scanners find leaked ones
_ORDER: list[Reach] = ["own", "region", "all"]


def widest(reaches: Iterable[str]) -> Reach:
    """The widest of several reaches; without any role, a person sees only what is his own."""
    return max((_ORDER[_ORDER.index(reach)] for reach in reaches), key=_ORDER.index, default="own")  # type: ignore[arg-type]


def prefix_of(raw: str) -> str | None:
    """The part of a token by which its row is found; ``None`` when it is no token of ours."""
    parts = raw.split("_")
    if len(parts) != 3 or parts[0] != TOKEN_WORD or not parts[1] or len(parts[1]) > 12:
        return None
    return parts[1]


def digest_of(raw: str) -> str:
    """What is stored of a token. Its secret has 256 random bits, so a plain fast hash cannot be guessed back."""
    return hashlib.sha256(raw.encode()).hexdigest()
