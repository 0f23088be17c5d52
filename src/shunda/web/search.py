"""The search box and command palette: one text finds rows of every folder, pages of the menu, and things to do.

What can be found is a table in ``wiring/search.py``; here is how it is asked and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.core.machine import Machine
from shunda.web import navigation
from shunda.web.initials import initials
from shunda.web.moves import Button
from shunda.web.navigation import Entry
from shunda.web.pages import actor, page

LONGEST = 60
EACH = 6
"""So many of each kind are shown; a longer list is one click away on the page of that kind."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, what tells it from others, where it is, and what can be done with it now."""

    label: str
    note: str
    url: str
    pk: int | None = None
    status: str = ""
    status_label: str = ""
    buttons: Sequence[Button] = ()
    field: tuple[str, str] | None = None  # sent to ``url`` when it is chosen: a switch, not a place


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the search shows it; ``pk`` is the id of the subject whose page is opened."""

    pk: int
    label: str
    note: str
    status: str = ""
    status_label: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of rows that can be found: the permission, the folder's own search, and how a row is shown.

    ``moves`` gives the buttons of a row; with ``machine``, "confirm SO2026…" finds the row and offers that move.
    """

    label: str | Promise
    icon: str
    permission: str
    find: Callable[[str, Actor, int], Sequence[Any]]
    show: Callable[[Any], Shown]
    machine: Machine | None = None
    moves: Callable[[Any, Actor], Sequence[Button]] | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """Something of one's own that is set from the palette: a field of the preferences and its value."""

    label: str | Promise
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind. ``kind`` is empty for pages and things to do."""

    label: str
    icon: str
    hits: list[Hit]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything found for a text."""

    text: str
    groups: list[Group] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much there is to choose from."""
        return sum(len(group.hits) for group in self.groups)


def sources() -> Mapping[str, Source]:
    """The table: kind of subject -> how it is found."""
    table: Mapping[str, Source] = import_string(settings.SHUNDA_SEARCH)
    return table


def run(text: str, by: Actor, *, each: int = EACH) -> Found:
    """Rows, pages and things to do for a text, as far as this person may; a fixed number of queries.

    Pages and things to do come first when their name begins with the text, else after the rows.
    """
    text = " ".join(text.split())[:LONGEST]
    places = list(_places(text, by))
    if not text:
        return Found(text, places)
    rows = [*_orders_to_give(text, by, each), *(group for group in rows_of(text, by, each) if group.hits)]
    first = [group for group in places if any(_begins(hit.label, text) for hit in group.hits)]
    return Found(text, [*first, *rows, *(group for group in places if group not in first)])


def rows_of(text: str, by: Actor, each: int = EACH, kinds: Sequence[str] = ()) -> Iterator[Group]:
    """The rows of each kind (of ``kinds``, if any are named) that this person may see."""
    pages: Mapping[str, str] = import_string(settings.SHUNDA_SUBJECTS)
    for kind, source in sources().items():
        if by.may(source.permission) and (not kinds or kind in kinds):
            rows = source.find(text, by, each)
            hits = [_hit(row, source, pages[kind]) for row in rows]
            if source.moves and hits and hits[0].label.casefold() == text.casefold():
                hits[0] = replace(hits[0], buttons=[b for b in source.moves(rows[0], by) if not b.why_not])
            yield Group(str(source.label), source.icon, hits, kind)


def _hit(row: Any, source: Source, page_name: str) -> Hit:
    shown = source.show(row)
    url = reverse(page_name, args=[shown.pk])
    return Hit(shown.label, shown.note, url, shown.pk, shown.status, shown.status_label)


def _orders_to_give(text: str, by: Actor, each: int) -> Iterator[Group]:
    """What "confirm SO2026…" asks for: the rows this move is open to, each with its button."""
    pages: Mapping[str, str] = import_string(settings.SHUNDA_SUBJECTS)
    for kind, source in sources().items():
        asked = _move_asked(text, source.machine) if source.machine and by.may(source.permission) else None
        if asked is None or source.moves is None or source.machine is None:
            continue
        move, rest = asked
        hits = []
        for row in source.find(rest, by, each):
            buttons = [button for button in source.moves(row, by) if button.name == move and not button.why_not]
            if buttons:
                hits.append(replace(_hit(row, source, pages[kind]), buttons=buttons))
        if hits:
            yield Group(str(source.machine[move].label), "bolt", hits)


def _move_asked(text: str, machine: Machine) -> tuple[str, str] | None:
    """The move a text begins with, in any language, and what comes after it."""
    ways = ((name, word) for name in machine.moves for word in _said(machine[name].label))
    for name, word in sorted(ways, key=lambda way: -len(way[1])):
        rest = text[len(word) :]
        if text.casefold().startswith(word) and (rest.startswith(" ") or not word.isascii()) and rest.strip():
            return name, rest.strip()
    return None


# --- pages and things to do -----------------------------------------------------------------------------------------


def _places(text: str, by: Actor) -> Iterator[Group]:
    todo: Sequence[Entry] = import_string(settings.SHUNDA_ACTIONS)
    ways = [entry for entry in todo if entry.is_for(by) and _means(entry, text)]
    pages = [entry for group in navigation.menu(by) for entry in group.entries if _means(entry, text)]
    for label, icon, entries in ((_("Do"), "bolt", ways), (_("Go to"), "arrow-right", pages)):
        if entries:
            yield Group(label, icon, [Hit(str(e.label), "", e.url) for e in entries])
    switches: Sequence[Switch] = import_string(settings.SHUNDA_SWITCHES)
    if chosen := [one for one in switches if text and _means(one, text)]:
        url = reverse(import_string(settings.SHUNDA_LINKS)["preferences"])
        yield Group(_("Switch"), "bolt", [Hit(str(s.label), "", url, field=(s.name, s.value)) for s in chosen])


def _means(entry: Entry | Switch, text: str) -> bool:
    """Whether every word of the text is in the entry's name, in any language, or begins its pinyin initials."""
    names = _said(entry.label)
    return all(
        any(word in name or initials(name).startswith(word) for name in names) for word in text.casefold().split()
    )


def _begins(label: str, text: str) -> bool:
    folded = text.casefold()
    return label.casefold().startswith(folded) or initials(label) == folded


_WORDS: dict[int, tuple[str | Promise, list[str]]] = {}


def _said(label: str | Promise) -> list[str]:
    """A text of a table in every language of the installation, in small letters; looked up once in a process."""
    known = _WORDS.get(id(label))
    if known is None or known[0] is not label:
        known = _WORDS[id(label)] = (label, [_in_language(label, code) for code, _name in settings.LANGUAGES])
    return known[1]


def _in_language(label: str | Promise, code: str) -> str:
    with translation.override(code):
        return str(label).casefold()


# --- pages ----------------------------------------------------------------------------------------------------------


@page(None, methods=["GET"])
def search(request: HttpRequest) -> HttpResponse:
    """The search page; the palette asks it for the results alone."""
    found = run(request.GET.get("q", ""), actor(request))
    part = getattr(request, "htmx", False)
    return render(request, "web/search/results.html" if part else "web/search/page.html", {"found": found})
