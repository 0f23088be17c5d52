"""`shunda backup`: everything in one file, while Shunda runs or not."""

from __future__ import annotations

from pathlib import Path

import click

from shunda.cli.session import database
from shunda.cli.terminal import progress_bar, refuse, say, size
from shunda.runtime.language import gettext as _


@click.command(
    "backup", help=_("Save everything in FILE.\n\nThe whole database, uploaded files included; Shunda may be running.")
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help=_("Replace FILE if it exists."))
def command(file: Path, *, force: bool) -> None:
    """Back up into a file that appears only when it is complete and checked."""
    if file.exists() and not force:
        raise refuse(_("%s exists already; --force replaces it.") % file)
    if not file.absolute().parent.is_dir():
        raise refuse(_("There is no folder %s.") % file.absolute().parent)
    from shunda.runtime import archive

    with database() as url, progress_bar(_("Saving")) as progress:
        tables = archive.save(url, file, progress)
    values = {"tables": tables, "file": file, "size": size(file.stat().st_size)}
    say(_("%(tables)s tables saved in %(file)s (%(size)s), and read back without an error.") % values)
