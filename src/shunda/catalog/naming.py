"""Names that exist in two languages."""

from __future__ import annotations

from django.utils.translation import get_language


def local(name: str, name_en: str) -> str:
    """The name in the language of the reader: the English one where there is one and English is read."""
    return name_en if name_en and (get_language() or "").startswith("en") else name
