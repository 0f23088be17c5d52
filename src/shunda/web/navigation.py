"""The menu: what an entry is, and which entries a person sees. The table itself is in ``wiring/navigation.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from shunda.core.actor import Actor


@dataclass(frozen=True, slots=True, eq=False)  # an entry is itself: comparing labels would translate them
class Entry:
    """One line of the menu: its text, the url name it leads to, its icon, and the permission to see it."""

    label: str | Promise
    url_name: str
    icon: str
    permission: str | tuple[str, ...]  # one of several is enough

    def is_for(self, actor: Actor) -> bool:
        """Whether this person may go there."""
        wanted = (self.permission,) if isinstance(self.permission, str) else self.permission
        return any(actor.may(permission) for permission in wanted)

    @property
    def url(self) -> str:
        """Where it leads."""
        return _address(self.url_name, get_urlconf(), get_script_prefix())


@cache
def _address(url_name: str, urlconf: str | None, _prefix: str) -> str:
    return reverse(url_name, urlconf)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; an empty heading stands for the entries at the top."""

    label: str | Promise
    entries: Sequence[Entry]


def menu(actor: Actor) -> list[Group]:
    """The groups and entries this actor may use, in the order of the table."""
    groups: Sequence[Group] = import_string(settings.SHUNDA_MENU)
    seen = [Group(group.label, [e for e in group.entries if e.is_for(actor)]) for group in groups]
    return [group for group in seen if group.entries]


def current(groups: Sequence[Group], path: str) -> Entry | None:
    """The entry whose address the path lies under; the longest one where several do."""
    under = [(len(e.url), e) for group in groups for e in group.entries if lies_under(path, e.url)]
    return max(under, key=lambda pair: pair[0])[1] if under else None


def lies_under(path: str, url: str) -> bool:
    """Whether a path is this address or below it; home is only itself."""
    return path == url or (url != "/" and path.startswith(url))
