"""Events as people read them: the lines of a timeline, for ``<c-timeline>``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shunda.core.machine import MACHINES
from shunda.core.models import Event
from shunda.core.refusal import Refusal

SOURCES: dict[str, str | Promise] = {
    "web": gettext_lazy("on a page"),
    "api": gettext_lazy("through the API"),
    "import": gettext_lazy("by import"),
    "portal": gettext_lazy("on the customer's page"),
    "job": gettext_lazy("automatically"),
    "cli": gettext_lazy("on the command line"),
    "demo": gettext_lazy("demo data"),
}
"""Where a call came from, as people read it."""

TEXTS = ("reason", "remark", "comment", "text", "note")
"""Entries of an event's data that people wrote."""

_TONES = {
    "cancel": "red",
    "void": "red",
    "reverse": "red",
    "send_back": "orange",
    "withdraw": "orange",
    "approve": "green",
}
_ICONS = {
    "create": "circle-plus",
    "edit": "edit",
    "submit": "send",
    "approve": "check",
    "send_back": "arrow-back-up",
    "withdraw": "arrow-back-up",
    "confirm": "circle-check",
    "cancel": "circle-x",
    "archive": "archive",
    "complete": "checks",
    "comment": "message",
    "attach": "paperclip",
    "ship": "truck",
    "sign": "signature",
    "pick": "clipboard-check",
    "pack": "package",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: what, who, when, from where, why, and what changed from what to what."""

    label: str
    actor: str
    at: datetime
    source: str
    icon: str
    tone: str
    text: str
    changes: Sequence[tuple[str, str, str]]
    url: str
    whys: Sequence[tuple[str, str]] = ()  # what decided by itself, and the page that says by which rule


def lines(
    events: Iterable[Event],
    *,
    fields: Mapping[str, str | Promise] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    subject: tuple[str, int] | None = None,
) -> list[Line]:
    """Events as lines, in the order given.

    ``fields`` are the names of changed fields as people read them, ``values`` the words for a field's codes; events
    about anything but ``subject`` (kind, id) lead to the page of what they are about.
    """
    pages: Mapping[str, str] = import_string(settings.SHUNDA_SUBJECTS)
    found: list[Line] = []
    for event in events:
        move = event.kind.partition(".")[2]
        page = pages.get(event.subject_kind) if (event.subject_kind, event.subject_id) != subject else None
        found.append(
            Line(
                label=label(event.kind),
                actor=event.actor if event.actor_id or event.actor != "system" else _("the system"),
                at=event.at,
                source=str(SOURCES.get(event.source, event.source)),
                icon=_ICONS.get(move, "point"),
                tone=_TONES.get(move, ""),
                text="\n".join(_said(event.data)),
                changes=_changes(event.data.get("changes"), fields or {}, values or {}),
                url=reverse(page, args=[event.subject_id]) if page and subject else "",
            )
        )
    return found


def label(kind: str) -> str:
    """What a kind of event is called: the move's label, else the word in ``wiring/events.py``, else its name."""
    words: Mapping[str, str | Promise] = import_string(settings.SHUNDA_EVENTS)
    if kind in words:
        return str(words[kind])
    name, _dot, move = kind.partition(".")
    machine = MACHINES.get(name)
    return str(machine.moves[move].label) if machine and move in machine.moves else kind


def _said(data: Mapping[str, Any]) -> list[str]:
    """What people wrote, and the system's own reasons in the language of the reader."""
    written = [Refusal(None, str(data[name])).message for name in TEXTS if data.get(name)]
    refused = data.get("reasons")
    reasons = refused if isinstance(refused, list) else []
    return [*written, *(Refusal(None, each["code"], each.get("data", {})).message for each in reasons)]


def _changes(
    changes: Any, fields: Mapping[str, str | Promise], values: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str]]:
    if not isinstance(changes, dict):
        return []
    return [
        (str(fields.get(name, name)), _shown(pair[0], values.get(name, {})), _shown(pair[1], values.get(name, {})))
        for name, pair in changes.items()
        if isinstance(pair, list | tuple) and len(pair) == 2
    ]


def _shown(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one, words) for one in value)
    return "" if value is None else words.get(str(value), str(value))
