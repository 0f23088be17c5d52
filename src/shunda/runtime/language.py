"""The user's language on the command line, without Django: ``SHUNDA_LANG``, else the locale of the terminal."""

from __future__ import annotations

import gettext as _standard
import os
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
DOMAIN = "django"


def language() -> str:
    """``zh_Hans`` or ``en``: the language that messages on the terminal are in."""
    for variable in ("SHUNDA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "zh_Hans" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def _translations(code: str) -> _standard.NullTranslations:
    catalogues = [
        _standard.translation(DOMAIN, PACKAGE / name / "locale", languages=[code], fallback=True)
        for name in ("cli", "runtime")
    ]
    for catalogue in catalogues[1:]:
        catalogues[0].add_fallback(catalogue)
    return catalogues[0]


def gettext(text: str) -> str:
    """The text in the user's language."""
    return _translations(language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The text for this number of things in the user's language."""
    return _translations(language()).ngettext(one, many, count)
