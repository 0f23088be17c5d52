"""`shunda import`: files of any length, checked as a whole before anything is booked."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shunda.cli.session import application
from shunda.cli.terminal import progress_bar, refuse, say, table, warn
from shunda.runtime.language import gettext as _

if TYPE_CHECKING:
    from shunda.channels.report import Report

SHOWN = 20


@click.group("import", help=_("Bring in data from files."))
def command() -> None:
    """Data from files."""


@command.command(
    "orders", help=_("Import orders from a CSV, Excel or NDJSON FILE; a second run imports nothing twice.")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--mapping", help=_("Code of the mapping that says what the columns mean; else told by the headings."))
@click.option("--preview", is_flag=True, help=_("Check the whole file and show what would become of it; book nothing."))
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help=_("Write every line that is in no order, with its reason, to this CSV file."),
)
def orders(file: Path, mapping: str | None, report_file: Path | None, *, preview: bool) -> None:
    """Import orders; exit code 1 when the file as a whole is refused, 0 when each line is in an order or reported.

    Tables become orders to be submitted; the orders of an NDJSON file (one in each line, as in the API) are placed.
    """
    with application():
        from shunda.channels.lines import is_lines

        if is_lines(file.name):
            _place(file, report_file, refused=preview or bool(mapping))
        else:
            _book(file, mapping, report_file, preview=preview)


def _book(file: Path, mapping: str | None, report_file: Path | None, *, preview: bool) -> None:
    """A table, checked as a whole before anything of it is booked."""
    from django.utils import timezone

    from shunda.channels import report as reports
    from shunda.channels.files import import_orders
    from shunda.core.actor import system
    from shunda.core.refusal import Refused

    try:
        with progress_bar(_("Checking") if preview else _("Importing")) as progress:
            actor = system("shunda import", "import")
            report = import_orders(file, mapping, preview, progress, by=actor, at=timezone.now())
    except Refused as refused:
        raise refuse("\n".join(refusal.message for refusal in refused.refusals)) from None
    _show(report)
    if report_file:
        with report_file.open("w", encoding="utf-8", newline="") as written:
            written.writelines(reports.as_csv(report.run.pk))
        say(_("Reported lines: %s") % report_file)


def _place(file: Path, report_file: Path | None, *, refused: bool) -> None:
    """Orders that are placed line by line; exit code 1 when the end of the file was not reached."""
    from django.utils import timezone

    from shunda.channels.lines import place_lines
    from shunda.core.actor import system

    if refused:
        raise refuse(_("Orders of an NDJSON file are placed as they are read: there is no preview and no mapping."))
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar(_("Placing")))
        written = stack.enter_context(report_file.open("w", encoding="utf-8-sig", newline="")) if report_file else None
        made = place_lines(file, progress, written, by=system("shunda import", "import"), at=timezone.now())
    say(str(made))
    if made.first:
        say()
        table((_("Line"), _("Key"), _("What was found")), [(str(line), key, why) for line, key, why in made.first])
    if report_file:
        say(_("Reported lines: %s") % report_file)
    if made.why_not:
        raise refuse(made.why_not + " " + _("Import the same file again to go on."))


def _show(report: Report) -> None:
    """The figures, and the first of what was found."""
    say(str(report))
    found = [(str(row), column, sentence) for row, column, sentence in report.findings(SHOWN)]
    if found:
        say()
        table((_("Row"), _("Column"), _("What was found")), found)
    more = report.errors + report.notes - len(found)
    if more > 0:
        warn(_("… and %s more; --report FILE writes them all.") % more)
