"""What teams and people can be good at: names such as ``category:valves``, given by whoever knows them (wiring)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import override


def known() -> Mapping[str, str]:
    """Every ability there is, by its name, as people read it."""
    found: Mapping[str, str] = import_string(settings.SHUNDA_ABILITIES)()
    return found


def shown(names: Iterable[str], labels: Mapping[str, str]) -> str:
    """Abilities as people read and type them, with commas between; ``labels`` are those of ``known``."""
    return ", ".join(labels.get(name, name) for name in names)


def spoken() -> dict[str, str]:
    """What each ability is called, in any language or by its name, in small letters."""
    said: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, label in known().items():
                said |= {label.casefold(): name, name.casefold(): name}
    return said


def read(text: str, said: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The abilities a text names, as ``spoken`` tells, and what in it is none."""
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    given = [part for part in parts if part]
    found = [said[part.casefold()] for part in given if part.casefold() in said]
    return list(dict.fromkeys(found)), [part for part in given if part.casefold() not in said]
