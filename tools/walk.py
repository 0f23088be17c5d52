"""Find every page a person can come to: the table of addresses gives the names, links give rows that exist.

Grows by itself: a new address is walked as soon as it stands in ``wiring/urls.py``. Used by the tests that look at
every page and by the program that takes their pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern, URLResolver

LINK = re.compile(r"""(?:href|hx-get|action|formaction|data-[a-z-]+)="(/[^"]*)\"""")
TRIES = 40
"""So many addresses of rows are tried for a page that nothing links to."""

FILES = ("pdf", ".csv", ".xlsx")
"""What is made and saved rather than shown; it has tests of its own."""

NOT_PAGES = ("/api/", "/metrics", "/healthz", "/readyz", "/static/")


@dataclass(frozen=True, slots=True)
class Seen:
    """One address as it was answered."""

    name: str
    path: str
    status: int
    body: str
    queries: int

    @property
    def whole(self) -> bool:
        """A page, not a part of one that htmx asks for."""
        return "<html" in self.body


@dataclass
class Walk:
    """What was found: the answered pages by the name of their address, and the names nothing led to."""

    pages: dict[str, Seen] = field(default_factory=dict)
    posts: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    broken: list[Seen] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    guessed: bool = False

    @property
    def missing(self) -> list[str]:
        """Names of addresses that were never answered with a page, a file or "only by a form"."""
        return [name for name in self.names if name not in self.pages.keys() | self.posts | self.files]


def addresses() -> Iterator[tuple[str, bool]]:
    """Every named address that is not the API's, and whether it names a row."""

    def below(resolver: URLResolver, path: str, space: str) -> Iterator[tuple[str, bool]]:
        for entry in resolver.url_patterns:
            here = path + str(entry.pattern)
            if isinstance(entry, URLPattern):
                if entry.name and not f"/{here}".startswith(NOT_PAGES):
                    yield space + entry.name, bool(entry.pattern.regex.groups) or "<" in here or "(?P" in here
            else:
                yield from below(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)

    return below(get_resolver(), "", "")


def walk(client: Client) -> Walk:
    """Walk as the person the client is signed in as: follow every link to a page of a name not seen yet."""
    found = Walk()
    named = dict(addresses())
    found.names = list(named)
    known: list[dict[str, Any]] = []
    queue = [reverse(name) for name, needs in named.items() if not needs]
    while queue or (queue := _guesses(found, known)):
        path = queue.pop(0)
        name = _name(path)
        if name is None or name in found.pages.keys() | found.files | found.posts:
            continue
        if urlsplit(path).path.endswith(FILES):
            found.files.add(name)
            continue
        seen = visit(client, name, path)
        if seen is None:
            found.posts.add(name)
            continue
        if seen.status == 200 and (parameters := resolve(urlsplit(path).path).captured_kwargs):
            known.append({"space": name.partition(":")[0], **parameters})
        _keep(found, seen)
        queue += [link for link in links(seen.body) if _name(link) not in found.pages.keys() | found.posts]
    return found


def visit(client: Client, name: str, path: str) -> Seen | None:
    """Ask for an address; nothing when it only takes forms."""
    if "logout" in name:
        return None
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, headers={"Accept": "text/html"})
    if answer.status_code == 405:
        return None
    text = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
    return Seen(name, path, answer.status_code, answer.content.decode() if text else "", len(asked))


def links(body: str) -> list[str]:
    """The addresses of this site that a page names."""
    return list(dict.fromkeys(unescape(link).partition("#")[0] for link in LINK.findall(body)))


def _keep(found: Walk, seen: Seen) -> None:
    if seen.status == 200 and seen.body:
        found.pages[seen.name] = seen
    elif seen.status == 200 or seen.status in {301, 302, 204}:
        found.files.add(seen.name)
    elif seen.status >= 500:
        found.broken.append(seen)


def _name(path: str) -> str | None:
    if path.startswith(NOT_PAGES):
        return None
    try:
        return resolve(urlsplit(path).path).view_name or None
    except Resolver404:
        return None


def _guesses(found: Walk, known: list[dict[str, Any]]) -> list[str]:
    """Addresses nothing links to, made of the folder's newest rows and of those seen there; each is tried once."""
    if found.guessed:
        return []
    found.guessed = True
    guesses = []
    for name in found.missing:
        space = name.partition(":")[0]
        seen = [{k: v for k, v in row.items() if k != "space"} for row in known if row["space"] == space]
        for parameters in [*_newest(space), *seen[:TRIES]]:
            with suppress(NoReverseMatch):  # it has other parameters than this row's page
                guesses.append(reverse(name, kwargs=parameters))
    return guesses


def _newest(folder: str) -> Iterator[dict[str, Any]]:
    """The newest row of each table of a folder: no page may show it to whoever looks at one page of each kind."""
    with suppress(LookupError):
        for model in apps.get_app_config(folder).get_models():
            newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
            if newest is not None:
                yield {"pk": newest}
