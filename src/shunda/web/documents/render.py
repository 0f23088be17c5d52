"""From a template and data to a PDF."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from shunda.web.documents import fonts
from shunda.web.formats import moment

KIT = Path(__file__).with_name("kit.typ")
MOST = 200
"""Documents printed at once."""


class BadTemplate(Exception):
    """A template that cannot be typeset; the message is the typesetter's."""


def render(template: Path, papers: Sequence[Mapping[str, Any]], *, language: str, by: str, at: datetime) -> bytes:
    """One PDF (PDF/A-2b, tagged) of all ``papers``, each beginning on a page of its own with pages of its own.

    ``papers`` are plain data, texts already formatted and in the reader's ``language`` ("zh-hans" or "en"). A template
    ends in ``show-papers(data, paper)`` of ``kit.typ``. It sees the kit and the data alone: it is compiled from
    memory in an empty folder and cannot read a file or leave it. ``by`` printed it and ``at`` is when; the foot says
    so. Bytes in the data are pictures (PNG, JPEG or SVG) and reach the template as an array of bytes, an empty one
    when they are no picture. Characters the fonts lack become 〓. Raises ``MissingFont`` and ``BadTemplate``.
    """
    import typst  # 80 MB: only processes that make documents load it

    if not 1 <= len(papers) <= MOST:
        raise ValueError(f"a PDF holds 1 to {MOST} documents, not {len(papers)}")
    with translation.override(language):
        common = _common(by, at)
    data = {"language": language[:2], **common, "papers": fonts.printable(_with_pictures(list(papers)))}
    files = {
        "main.typ": template.read_bytes(),
        "kit.typ": KIT.read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
    }
    try:
        pdf, warnings = _typeset(files, timestamp=int(at.timestamp()))
    except typst.TypstError as error:
        raise BadTemplate(f"{template.name}: {error.message} {' '.join(error.hints)}") from error
    if warnings:
        raise BadTemplate(f"{template.name}: {warnings[0].message}")
    return pdf


def _typeset(files: dict[str, bytes], **options: Any) -> tuple[bytes, list[Any]]:
    import typst

    folder = _empty_folder()
    made: tuple[bytes, list[Any]] = typst.compile_with_warnings(
        files,
        root=folder,
        font_paths=fonts.loaded(),
        ignore_system_fonts=True,
        package_path=folder,
        package_cache_path=folder,
        pdf_standards="a-2b",
        **options,
    )
    return made


def _with_pictures(value: Any) -> Any:
    """The data with every picture as an array of bytes: files of the typesetter are text."""
    match value:
        case bytes() | memoryview():
            return list(value) if _is_picture(bytes(value)) else []
        case dict():
            return {key: _with_pictures(each) for key, each in value.items()}
        case list() | tuple():
            return [_with_pictures(each) for each in value]
    return value


def _is_picture(data: bytes) -> bool:
    """Whether it can be typeset: a damaged upload must not stop the document it belongs to."""
    import typst

    try:
        main = b'#image(bytes(json("data.json")), alt: "-")'
        _typeset({"main.typ": main, "data.json": json.dumps(list(data)).encode()})
    except typst.TypstError:
        return False
    return True


def _common(by: str, at: datetime) -> dict[str, str]:
    return {
        "printed": _("Printed by %(name)s, %(moment)s") % {"name": by, "moment": moment(at)},
        "pages": _("Page {n} of {of}"),
        "continued": _("(continued)"),
    }


@cache
def _empty_folder() -> str:
    return tempfile.mkdtemp(prefix="shunda-documents-")
