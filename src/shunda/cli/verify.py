"""`shunda verify`: recompute what is derived from the ledgers and print every difference."""

from __future__ import annotations

import click

from shunda.cli.session import application
from shunda.cli.terminal import progress_bar, say
from shunda.runtime.language import gettext as _
from shunda.runtime.language import ngettext


@click.command(
    "verify",
    help=_(
        "Check all figures against their ledgers.\n\n"
        "Recomputes stock, exposure, totals and statuses; exit code 1 if anything differs."
    ),
)
def command() -> None:
    """Print each difference between what is stored and what the ledgers say; none is the only good answer."""
    with application():
        from shunda.wiring import verify

        with progress_bar(_("Checking")) as progress:
            differences = verify.run(progress)
    for difference in differences:
        say(difference)
    count = len(differences)
    say(ngettext("%s difference", "%s differences", count) % count)
    if count:
        raise SystemExit(1)
