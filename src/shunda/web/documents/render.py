"""From a template and data to a PDF."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from shunda.web.documents import fonts

KIT = Path(__file__).with_name("kit.typ")
MOST = 200
"""Documents printed at once."""


class BadTemplate(Exception):
    """A template that cannot be typeset; the message is the typesetter's."""


def render(template: Path, papers: Sequence[Mapping[str, Any]], *, language: str, at: datetime) -> bytes:
    """One PDF (PDF/A-2b, tagged) of all ``papers``, each beginning on a page of its own with pages of its own.

    ``papers`` are plain data, texts already formatted and in the reader's ``language`` ("zh-hans" or "en"). A template
    ends in ``show-papers(data, paper)`` of ``kit.typ``. It sees the kit and the data alone: it is compiled from
    memory in an empty folder and cannot read a file or leave it. ``at`` is the date the file bears. Characters the
    fonts lack become 〓. Raises ``MissingFont`` and ``BadTemplate``.
    """
    import typst  # 80 MB: only processes that make documents load it

    if not 1 <= len(papers) <= MOST:
        raise ValueError(f"a PDF holds 1 to {MOST} documents, not {len(papers)}")
    data = {"language": language[:2], "papers": fonts.printable(list(papers))}
    files = {
        "main.typ": template.read_bytes(),
        "kit.typ": KIT.read_bytes(),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
    }
    try:
        pdf, warnings = typst.compile_with_warnings(
            files,
            root=_empty_folder(),
            font_paths=fonts.loaded(),
            ignore_system_fonts=True,
            package_path=_empty_folder(),
            package_cache_path=_empty_folder(),
            pdf_standards="a-2b",
            timestamp=at,
        )
    except typst.TypstError as error:
        raise BadTemplate(f"{template.name}: {error.message} {' '.join(error.hints)}") from error
    if warnings:
        raise BadTemplate(f"{template.name}: {warnings[0].message}")
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _empty_folder() -> str:
    return tempfile.mkdtemp(prefix="shunda-documents-")
