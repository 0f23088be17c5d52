"""The fonts of documents: our own, never the machine's, so that a document looks the same everywhere."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "static" / "vendor" / "fonts"
FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
GETA = "〓"
"""What printers set for a character they have no type for."""


class MissingFont(Exception):
    """A font of the documents is not where the build hook puts it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The font {path.name} is missing in {path.parent}: install Shunda again, or run its build hook."
        )


def check(folder: Path = FOLDER) -> None:
    """Refuses loudly to make documents without their fonts."""
    for name in FILES:
        if not (folder / name).is_file():
            raise MissingFont(folder / name)


@cache
def loaded(folder: Path = FOLDER) -> Any:
    """The fonts as the typesetter wants them; read once, kept."""
    import typst  # 80 MB: only processes that make documents load it

    check(folder)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def printable(value: Any) -> Any:
    """Data with every character the fonts lack, and control characters, replaced by the printers' geta."""
    match value:
        case str():
            known = characters()
            return value if known.issuperset(value) else "".join(c if c in known else _instead(c) for c in value)
        case dict():
            return {name: printable(each) for name, each in value.items()}
        case list() | tuple():
            return [printable(each) for each in value]
        case _:
            return value


def _instead(character: str) -> str:
    if character in "\t\r\u00a0\u2028\u2029":
        return " "
    return "" if not character.isprintable() else GETA


@cache
def characters(folder: Path = FOLDER) -> frozenset[str]:
    """Every character the fonts can set, and the line break."""
    check(folder)
    sets = [frozenset(map(chr, _mapped((folder / name).read_bytes()))) for name in FILES]
    return frozenset.intersection(*sets) | {"\n"}


def _mapped(font: bytes) -> Iterator[int]:
    """The code points of a font's character map (OpenType ``cmap``, formats 4 and 12)."""
    tables = {}
    for i in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _sum, offset, _length = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        tables[tag] = offset
    cmap = tables[b"cmap"]
    for i in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        _platform, _encoding, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * i)
        yield from _codes(font, cmap + offset)


def _codes(font: bytes, at: int) -> Iterator[int]:
    form = struct.unpack_from(">H", font, at)[0]
    if form == 12:
        for i in range(struct.unpack_from(">L", font, at + 12)[0]):
            first, last, _glyph = struct.unpack_from(">LLL", font, at + 16 + 12 * i)
            yield from range(first, last + 1)
    elif form == 4:
        count = struct.unpack_from(">H", font, at + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", font, at + 14)
        starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
        for first, last in zip(starts, ends, strict=True):
            yield from range(first, min(last, 0xFFFE) + 1)
