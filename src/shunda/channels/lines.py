"""Files with one order in each line (NDJSON): placed while they are read, and read again without harm.

The lines are those of ``POST /api/v1/orders/stream``. A line without a ``key`` takes one from the file's content and
its place in it, so a file that was cut off, or is imported a second time, places nothing twice; a file that was changed
is another file, whose orders need keys or numbers of their own.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shunda.api.crowd import Asked
from shunda.api.stream import NDJSON, served
from shunda.channels.files import Progress, quiet
from shunda.core.actor import Actor
from shunda.orders.feed import ORDERS
from shunda.web.formats import cell

ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
PIECE = 1 << 16
SHOWN = 20


@dataclass(slots=True)
class Placement:
    """What became of a file. ``why_not``: why the rest had to wait, empty when the end was reached."""

    lines: int = 0
    placed: int = 0
    replayed: int = 0
    refused: int = 0
    why_not: str = ""
    first: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, key and reason of the first that were refused."""

    def __str__(self) -> str:
        """In the reader's language, in one line."""
        return _("%(placed)s orders placed, %(replayed)s were placed before, %(refused)s refused.") % {
            "placed": self.placed, "replayed": self.replayed, "refused": self.refused,
        }  # fmt: skip


def is_lines(path: Path) -> bool:
    """Whether a file is of this kind, by its name."""
    return path.name.lower().endswith(ENDINGS)


def place_lines(
    path: Path, progress: Progress = quiet, report: IO[str] | None = None, *, by: Actor, at: datetime
) -> Placement:
    """Place the orders of a file, a few hundred in each transaction; ``report`` gets every refused line with why.

    Refused line by line, for the reasons of the API. When the database cannot go on, it ends there and says so.
    """
    total, digest = _measured(path)
    made = Placement()
    reported = csv.writer(report) if report else None
    if reported:
        reported.writerow([_("line"), _("key"), _("reason")])
    feed = ORDERS.feed(Asked(by, at, digest), NDJSON)
    assert feed is not None
    progress(0, total)
    for piece in served(ORDERS, feed, _pieces(path), get_language() or ""):
        for line in piece.splitlines():
            told = json.loads(line)
            if "end" in told:
                made.why_not = told.get("problem", {}).get("message", "")
                return made
            _count(made, told, reported)
        progress(made.lines, total)
    return made


def _count(made: Placement, told: dict[str, Any], reported: Any) -> None:
    made.lines = told["line"]
    if "placed" in told:
        made.replayed += told["placed"]["replayed"]
        made.placed += not told["placed"]["replayed"]
        return
    made.refused += 1
    for refusal in told["refused"]:
        found = (told["line"], told["key"], refusal["message"])
        if len(made.first) < SHOWN:
            made.first.append(found)
        if reported:
            reported.writerow([found[0], cell(found[1]), cell(found[2])])


def _pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _measured(path: Path) -> tuple[int, str]:
    """How many lines a file has, and the digest of what it says."""
    lines, digest = 0, hashlib.sha256()
    for piece in _pieces(path):
        lines += piece.count(b"\n")
        digest.update(piece)
    return max(lines, 1), digest.hexdigest()
