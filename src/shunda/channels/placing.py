"""Runs of files with one order in each line: looked at first, placed once somebody says so, every refused line told.

The lines are those of ``POST /api/v1/orders/stream``, with the same keys. A refused line is kept as a reported one,
with its key where a table has the invoice's number; the others are only counted.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shunda.api.stream import Broken
from shunda.channels import checks, queries, reasons
from shunda.channels.lines import Placement, Progress, look_at, place_lines
from shunda.channels.models import Finding, ImportRun, Result, StagedLine
from shunda.channels.report import LINES
from shunda.core.actor import Actor
from shunda.core.refusal import Refused
from shunda.orders.intake import PLACE

TOGETHER = 500
KEY_SHOWN = 40


class Interrupted(Exception):
    """The database cannot go on; the job is tried again, and what is placed stays placed."""


class _Refused:
    """The refused lines of a run, kept some at a time."""

    def __init__(self, run_id: int) -> None:
        self.run_id, self.lines = run_id, 0
        self._found: list[tuple[int, str, Mapping[str, Any]]] = []

    def tell(self, line: int, key: str, refusals: Sequence[Mapping[str, Any]]) -> None:
        """One more line, and why."""
        self.lines += 1
        self._found += [(line, key, refusal) for refusal in refusals]
        if len(self._found) >= TOGETHER:
            self.keep()

    def keep(self) -> None:
        """Write what was told."""
        found, self._found = self._found, []
        checks.add(self.run_id, [(line, key[:KEY_SHOWN], one["code"], dict(one["data"])) for line, key, one in found])
        first = {line: (key, one) for line, key, one in reversed(found)}
        StagedLine.objects.bulk_create(
            StagedLine(
                run_id=self.run_id, row=line, reference=key, result=Result.REPORTED, code=one["code"], data=one["data"]
            )
            for line, (key, one) in sorted(first.items())
        )


def look(run: ImportRun, path: Path, *, by: Actor, at: datetime) -> tuple[dict[str, Any], int]:
    """Find the lines that are no order: how the run says it was read, and how many orders there are.

    Refused: who may not place orders, a file without orders, and one that cannot be read on.
    """
    if not by.may(PLACE):
        raise Refused(reasons.MAY_NOT_PLACE(permission=PLACE))
    refused = _Refused(run.pk)
    try:
        count = look_at(path, refused.tell, by=by, at=at)
    except Broken as broken:
        raise Refused(broken.refusal) from broken
    except (gzip.BadGzipFile, EOFError, zlib.error) as broken:
        raise Refused(reasons.BROKEN_FILE(name=run.name, detail=str(broken))) from broken
    if not count:
        raise Refused(reasons.EMPTY_FILE(name=run.name))
    refused.keep()
    return {"code": LINES}, count


def place(run: ImportRun, path: Path, progress: Progress, *, by: Actor, at: datetime) -> Placement:
    """Place every order of a file; one that was placed before is only counted. Begun again, it tells all anew."""
    queries.lines().filter(run=run.pk).delete()
    Finding.objects.filter(run=run.pk).delete()
    refused = _Refused(run.pk)

    def told(done: int, total: int) -> None:
        refused.keep()
        ImportRun.objects.filter(pk=run.pk).update(done=min(done, run.total))
        progress(done, total)

    made = place_lines(path, told, told=refused.tell, by=by, at=at)
    refused.keep()
    if made.why_not:
        raise Interrupted(made.why_not)
    return made
