"""`shunda prepare`: bring tables, roles, static files and, at the first start, the demo company up to date.

`shunda up` runs it as a process of its own, so that the foreground process stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from shunda.cli import stamp
from shunda.cli.session import LANGUAGES, database, set_up_django
from shunda.cli.terminal import progress_bar, say, warn
from shunda.runtime.language import gettext as _

LOCK = 7_486_324  # any number that no other advisory lock of this database uses


@click.command("prepare", help=_("Bring the tables and reference data up to date."), hidden=True)
@click.option("--demo/--no-demo", default=False, help=_("Build the demo company in an empty installation."))
def command(*, demo: bool) -> None:
    """Prepare the database; several at once take turns, and those who come late find nothing to do."""
    with database() as url:
        prepare(url, demo=demo)


def prepare(url: str, *, demo: bool) -> None:
    """Bring the database up to date and, if it is new, build the demo company in it where that is wanted."""
    from shunda.runtime.database import check

    with _alone(url):
        notes = stamp.read(url)
        if stamp.is_prepared(notes):
            return
        if stamp.was_interrupted(notes):
            warn(_("The first start was interrupted; beginning again."))
            _start_over(url)
        say(_("Preparing the database …"))
        set_up_django()
        _bring_up_to_date()
        check(url)
        if stamp.is_new(notes) and demo:
            stamp.begin(url)
            build_demo(url)
        elif stamp.is_new(notes):
            stamp.write(url, first_start="empty")
        stamp.write(url, prepared=stamp.of_code())


def _start_over(url: str) -> None:
    """Empty a database that an interrupted first start left: nobody has been able to work in it yet."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")


def build_demo(url: str) -> None:
    """Build the demo company and note its logins for `shunda up` to show. Django is set up already."""
    from django.db import connection
    from django.utils import translation

    from shunda.wiring import demo

    with connection.cursor() as cursor:  # thousands of commits that need not wait for the disk: they can be made again
        cursor.execute("set synchronous_commit = off")
    with progress_bar(_("Building the demo company")) as progress:
        demo.build(progress)
    logins = {}
    for language, code in LANGUAGES.items():
        with translation.override(code):
            logins[language] = demo.logins()
    stamp.write(url, first_start="demo", demo_logins=logins)


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """Hold a lock in the database itself, since the others may be on other machines."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        yield


def _bring_up_to_date() -> None:
    from django.core.management import call_command

    from shunda.wiring import setup

    call_command("migrate", interactive=False, verbosity=0)
    setup.prepare()
    if not stamp.static_is_collected():
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["*.ttf"])
        stamp.note_static()
