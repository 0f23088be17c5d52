"""Buttons drawn from a machine: exactly the moves it allows now; one that is not possible says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.core.machine import Machine

DANGEROUS = frozenset({"cancel", "void", "reverse", "drop", "remove", "reject"})
BACKWARD = frozenset({"send_back", "withdraw"})


@dataclass(frozen=True, slots=True)
class Button:
    """One move of one row as a button; ``asks`` opens a form first, ``why_not`` keeps it closed and says why.

    ``page``: the form is a page of its own, too large for a dialog or with a script of its own.
    """

    name: str
    label: str
    url: str
    tone: str
    version: int | None
    asks: bool = False
    confirm: str = ""
    why_not: str = ""
    page: bool = False


def buttons(
    machine: Machine,
    row: Any,
    actor: Actor,
    urls: Mapping[str, str],
    *,
    asks: frozenset[str] | set[str] = frozenset(),
    pages: frozenset[str] | set[str] = frozenset(),
    why_not: Mapping[str, str | Promise] | None = None,
    confirm: Mapping[str, str | Promise] | None = None,
) -> list[Button]:
    """The moves of ``urls`` that are open in the row's status, the first of them as the main button.

    ``asks`` are moves whose address is a form to be filled first, ``pages`` those of them that open no dialog;
    ``why_not`` closes a move with its reason; ``confirm`` is a question asked before it. A move the actor may not make
    is shown closed, with the permission.
    """
    found: list[Button] = []
    for move in (machine[name] for name in urls if row.status in machine[name].sources):
        closed = str((why_not or {}).get(move.name, ""))
        if not actor.may(move.permission):
            closed = _("You lack the permission “%(permission)s”.") % {"permission": move.permission}
        main = not closed and not any(button.tone == "primary" for button in found)
        found.append(
            Button(
                name=move.name,
                label=str(move.label),
                url=urls[move.name],
                tone=_tone(move.name, main=main),
                version=getattr(row, "version", None),
                asks=move.name in asks,
                confirm=str((confirm or {}).get(move.name, "")),
                why_not=closed,
                page=move.name in pages,
            )
        )
    return found


def _tone(move: str, *, main: bool) -> str:
    if move in DANGEROUS:
        return "ghost-danger"
    return "primary" if main and move not in BACKWARD else ""
