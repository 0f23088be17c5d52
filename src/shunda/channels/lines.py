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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shunda.api.crowd import Asked
from shunda.api.stream import NDJSON, Feed, served
from shunda.core.actor import Actor
from shunda.orders.feed import ORDERS
from shunda.web.formats import cell

Progress = Callable[[int, int], None]
"""Is told (done, total) in lines."""

Told = Callable[[int, str, Sequence[Mapping[str, Any]]], None]
"""Is told what is refused: line, key, and the refusals as data."""


def quiet(done: int, total: int) -> None:
    """Nobody looks."""


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


def is_lines(name: str) -> bool:
    """Whether a file is of this kind, by its name."""
    return name.lower().endswith(ENDINGS)


def look_at(path: Path, told: Told, *, by: Actor, at: datetime) -> int:
    """How many orders a file holds; told of each that cannot be read. Places nothing.

    Raises ``Broken`` where the file cannot be read on.
    """
    feed = _feed(_measured(path)[1], by, at)
    count = 0
    for piece in chain(_pieces(path), [None]):
        for row in feed.end() if piece is None else feed.take(piece):
            count += 1
            if row.refused:
                told(row.line, row.key, [refusal.as_dict() for refusal in row.refused])
    return count


def place_lines(
    path: Path,
    progress: Progress = quiet,
    report: IO[str] | None = None,
    told: Told | None = None,
    *,
    by: Actor,
    at: datetime,
) -> Placement:
    """Place the orders of a file, a few hundred in each transaction; ``report`` gets every refused line with why.

    Refused line by line, for the reasons of the API. When the database cannot go on, it ends there and says so.
    """
    total, digest = _measured(path)
    made = Placement()
    reported = csv.writer(report) if report else None
    if reported:
        reported.writerow([_("line"), _("key"), _("reason")])
    progress(0, total)
    for piece in served(ORDERS, _feed(digest, by, at), _pieces(path), get_language() or ""):
        for text in piece.splitlines():
            line = json.loads(text)
            if "end" in line:
                made.why_not = line.get("problem", {}).get("message", "")
                return made
            _count(made, line, reported)
            if told and "refused" in line:
                told(line["line"], line["key"], line["refused"])
        progress(made.lines, total)
    return made


def _feed(digest: str, by: Actor, at: datetime) -> Feed[Any]:
    feed = ORDERS.feed(Asked(by, at, digest), NDJSON)
    assert feed is not None
    return feed


def _count(made: Placement, line: dict[str, Any], reported: Any) -> None:
    made.lines = line["line"]
    if "placed" in line:
        made.replayed += line["placed"]["replayed"]
        made.placed += not line["placed"]["replayed"]
        return
    made.refused += 1
    for refusal in line["refused"]:
        found = (line["line"], line["key"], refusal["message"])
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
