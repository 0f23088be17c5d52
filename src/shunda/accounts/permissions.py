"""Every permission this installation knows: the moves of its machines, its actions, its pages, and the worded ones.

A permission exists because code asks for it; how people read it is in ``wiring/permissions.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from shunda.accounts.models import Role
from shunda.accounts.rules import ADMINISTER, EVERYTHING
from shunda.core.batch import ACTIONS
from shunda.core.machine import MACHINES, Move
from shunda.web.pages import PAGES

ASKING = ("actions", "pages", "api", "documents")
"""The modules of a capability in which permissions are asked for."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission as people read it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """The permissions of one capability."""

    name: str
    label: str
    permissions: list[Permission]


def known() -> set[str]:
    """The names of all permissions."""
    _have_all_asked()
    return {ADMINISTER, *_moves(), *ACTIONS, *PAGES, *import_string(settings.SHUNDA_PERMISSIONS)}


def sections(names: Iterable[str] | None = None) -> list[Section]:
    """All permissions (or those named) by capability, in the order of the layers, with their labels."""
    groups: Mapping[str, str | Promise] = import_string(settings.SHUNDA_PERMISSION_GROUPS)
    found: defaultdict[str, list[Permission]] = defaultdict(list)
    for name in sorted(known() if names is None else names):
        found[name.partition(".")[0]].append(Permission(name, label(name)))
    order = [*groups, *(group for group in sorted(found) if group not in groups)]
    return [Section(group, str(groups.get(group, group)), found[group]) for group in order if group in found]


def label(name: str) -> str:
    """A permission as people read it; its name where nobody said."""
    labels: Mapping[str, str | Promise] = import_string(settings.SHUNDA_PERMISSIONS)
    if name in labels:
        return str(labels[name])
    move = _moves().get(name)
    return str(move.label) if move else name


def lacking(name: str) -> tuple[str, list[str]]:
    """What somebody is told who lacks a permission: how people read it, and the roles that include it."""
    roles = Role.objects.filter(permissions__overlap=[name, EVERYTHING]).order_by("pk")
    return label(name), [role.title for role in roles]


def _moves() -> dict[str, Move]:
    return {move.permission: move for machine in MACHINES.values() for move in machine}


@cache
def _have_all_asked() -> None:
    """Import the modules that ask for permissions, so that they have said so."""
    for name in [app.name for app in apps.get_app_configs() if app.name.startswith("shunda.")]:
        for part in ASKING:
            if find_spec(f"{name}.{part}"):
                import_module(f"{name}.{part}")
