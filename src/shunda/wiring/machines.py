"""The machines of all folders, found where each keeps its states."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from shunda.core.machine import Machine, Move


@cache
def machines() -> tuple[Machine, ...]:
    """All machines, in the order of the folders."""
    names = [f"{app.name}.states" for app in apps.get_app_configs() if app.name.startswith("shunda.")]
    modules = [import_module(name) for name in names if find_spec(name)]
    return tuple(dict.fromkeys(v for module in modules for v in vars(module).values() if isinstance(v, Machine)))


@cache
def moves() -> dict[str, Move]:
    """Every move by the kind of event it records, such as ``order.confirm``."""
    return {f"{machine.name}.{move.name}": move for machine in machines() for move in machine}
