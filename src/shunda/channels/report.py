"""What became of a file: counts and amounts that add up to it, and every line that is in no order."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from shunda.channels import queries
from shunda.channels.mapping import TARGETS
from shunda.channels.models import ImportRun, Result
from shunda.core.refusal import Refusal
from shunda.web.formats import cell

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines, invoices and exact amount (quantity x price less discount) that ended in one place."""

    lines: int = 0
    invoices: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Report:
    """A run in figures. ``parts`` are by result; together they are the whole file."""

    run: ImportRun
    parts: dict[str, Part] = field(default_factory=dict)
    errors: int = 0
    notes: int = 0

    def part(self, result: str) -> Part:
        """What ended there."""
        return self.parts.get(result, Part())

    @property
    def whole(self) -> Part:
        """The file."""
        every = self.parts.values()
        return Part(sum(p.lines for p in every), sum(p.invoices for p in every), sum((p.amount for p in every), ZERO))

    @property
    def imported(self) -> Part:
        """What is in orders and returns, by this run."""
        order, back = self.part(Result.ORDER), self.part(Result.RETURN)
        return Part(order.lines + back.lines, order.invoices + back.invoices, order.amount + back.amount)

    @property
    def before(self) -> Part:
        """What an earlier run, or a program, brought already."""
        return self.part(Result.BEFORE)

    def findings(self, limit: int | None = None) -> Iterator[tuple[int, str, str]]:
        """(row, column, sentence) of each finding, errors first."""
        for finding in queries.findings_of(self.run.pk)[:limit]:
            yield finding.row, heading(finding.column), Refusal(None, finding.code, finding.data).message

    def __str__(self) -> str:
        """The figures as a few lines of text."""
        rows = [(_("orders"), Result.ORDER), (_("returns"), Result.RETURN), (_("imported before"), Result.BEFORE)]
        rows += [(_("reported"), Result.REPORTED), (_("ready to import"), Result.OPEN)]
        shown = [(label, self.part(result)) for label, result in rows if self.part(result).lines]
        shown.append((_("the file"), self.whole))
        text = _("%(label)s: %(invoices)s invoices, %(lines)s lines, %(amount)s")
        return "\n".join(
            text % {"label": label, "invoices": part.invoices, "lines": part.lines, "amount": f"{part.amount:.2f}"}
            for label, part in shown
        )


_PARTS = """
select result, count(*), count(distinct reference), coalesce(sum(amount), 0)
from channels_stagedline where run_id = %s group by result
"""


LINES = "ndjson"
"""What stands in a run of a file with one order in each line where others name their mapping."""


def is_lines_run(run: ImportRun) -> bool:
    """Whether a run places orders line by line: only its refused lines are kept one by one, the others are counted."""
    return bool(run.mapping.get("code") == LINES)


def of(run_id: int) -> Report:
    """The report of a run as it stands."""
    run = ImportRun.objects.get(pk=run_id)
    if is_lines_run(run):
        counted = {name: part for name, part in run.summary.items() if isinstance(part, dict)}
        parts = {
            "" if name == "open" else name: Part(part["lines"], part["invoices"]) for name, part in counted.items()
        }
        return Report(run, parts, run.summary.get("errors", 0), 0)
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [run_id])
        parts = {result: Part(lines, invoices, amount) for result, lines, invoices, amount in cursor.fetchall()}
    found = queries.findings_of(run_id)
    return Report(run, parts, found.filter(error=True).count(), found.filter(error=False).count())


def keep(run_id: int, *, placed: int = 0, before: int = 0) -> None:
    """Store the figures with the run; how many orders were placed line by line, and how many were placed before."""
    made = of(run_id)
    if is_lines_run(made.run):
        refused = queries.reported(run_id).count()
        left = made.run.total - refused - placed - before
        made = Report(
            made.run,
            {
                result: Part(count, count)
                for result, count in (("", left), ("order", placed), ("before", before), ("reported", refused))
                if count
            },
            queries.findings_of(run_id, error=True).count(),
        )
    summary: dict[str, Any] = {
        result or "open": {"lines": part.lines, "invoices": part.invoices, "amount": f"{part.amount:f}"}
        for result, part in made.parts.items()
    }
    summary |= {"errors": made.errors, "notes": made.notes}
    ImportRun.objects.filter(pk=run_id).update(summary=summary)


def heading(target: str) -> str:
    """A target of a mapping as people read it."""
    return str(TARGETS[target]) if target in TARGETS else target


CELLS = ("reference", "sku", "name", "quantity", "unit", "price", "discount", "ordered", "customer", "country")


class _Line:
    """A file that hands back each line written to it."""

    def write(self, line: str) -> str:
        return line


def as_csv(run_id: int) -> Iterator[str]:
    """The reported lines with their reasons, to be corrected and imported again; streamed, so of any length.

    In the language of whoever asks: it is read later, when another language may be in force.
    """
    return _csv(run_id, get_language())


def _csv(run_id: int, language: str | None) -> Iterator[str]:
    writer = csv.writer(_Line())
    with override(language):
        head = writer.writerow([_("row"), _("reason"), *(str(TARGETS[name]) for name in CELLS)])
    yield "\ufeff"  # Excel reads UTF-8 by it
    yield head
    for line in queries.reported(run_id).iterator(chunk_size=2000):
        with override(language):
            reason = Refusal(None, line.code, line.data).message
        yield writer.writerow([line.row, reason, *(cell(getattr(line, name)) for name in CELLS)])


def answer(run: ImportRun) -> StreamingHttpResponse:
    """The reported lines of a run as a file to download."""
    made = StreamingHttpResponse(as_csv(run.pk), content_type="text/csv; charset=utf-8")
    made["Content-Disposition"] = f'attachment; filename="{run.number}.csv"'
    return made
