"""Every permission there is: what actions ask for, what machines' moves are called, what pages and endpoints need."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.urls import get_resolver

from shunda.core.batch import ACTIONS
from shunda.core.machine import Machine


def machines() -> list[Machine]:
    """The machines of all folders, in the order of the folders."""
    found: dict[int, Machine] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("shunda."):
            try:
                states = import_module(f"{config.name}.states")
            except ModuleNotFoundError:
                continue
            for value in vars(states).values():
                if isinstance(value, Machine):
                    found[id(value)] = value
    return list(found.values())


def known() -> set[str]:
    """The permissions somebody can hold. Loads all pages and endpoints, which bring their actions with them."""
    _ = get_resolver().url_patterns
    moves = {move.permission for machine in machines() for move in machine}
    return {*ACTIONS, *moves}
