"""The icons of Tabler that the build put into the package, drawn inline so that they take the colour of the text."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_FILE = Path(__file__).parent / "static" / "vendor" / "icons.json"


@cache
def shapes() -> dict[str, str]:
    """Icon name to its shapes."""
    found: dict[str, str] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@lru_cache(1024)
def icon(name: str, css: str = "") -> SafeString:
    """An icon for the eye alone; give the element around it a text. An unknown name fails, so it is seen at once."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        css,
        mark_safe(shapes()[name]),  # noqa: S308  # from the package's own file
    )
