"""`shunda restore`: put a backup in the place of the database."""

from __future__ import annotations

import os
from pathlib import Path

import click

from shunda.cli.session import database
from shunda.cli.terminal import progress_bar, refuse, say
from shunda.runtime.home import AlreadyLockedError, locked, make_home
from shunda.runtime.language import gettext as _


@click.command("restore", help=_("Replace the database by the backup in FILE.\n\nShunda must not be running."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help=_("Restore even though the database holds data, which will be lost."))
def command(file: Path, *, force: bool) -> None:
    """Restore a backup; the present database stays as it is until the restored one is complete."""
    from shunda.cli.up import LOCK_FILE
    from shunda.runtime import archive

    archive.contents(file)
    try:
        with locked(make_home() / LOCK_FILE, wait=False), database(create=True) as url:
            if archive.holds_tables(url) and not force:
                raise refuse(_("The database holds data; --force replaces it by the backup."))
            _refuse_while_in_use(url)
            with progress_bar(_("Restoring")) as progress:
                tables = archive.put_back(url, file, progress)
    except AlreadyLockedError:
        raise refuse(_("Shunda is running: end it first.")) from None
    say(_("%(tables)s tables restored from %(file)s.") % {"tables": tables, "file": file})


def _refuse_while_in_use(url: str) -> None:
    """Refuse while others work in a database outside of this machine's control."""
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
    if row and row[0] and "DATABASE_URL" in os.environ:
        raise refuse(_("The database is in use (%s connections): end all Shunda processes first.") % row[0])
