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


def shown(names: Iterable[str]) -> str:
    """Abilities as people read and type them, with commas between."""
    labels = known()
    return ", ".join(labels.get(name, name) for name in names)


def read(text: str) -> tuple[list[str], list[str]]:
    """The abilities a text names, by name or by label in any language, and what in it is none."""
    said: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, label in known().items():
                said |= {label.casefold(): name, name.casefold(): name}
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    given = [part for part in parts if part]
    found = [said[part.casefold()] for part in given if part.casefold() in said]
    return list(dict.fromkeys(found)), [part for part in given if part.casefold() not in said]
