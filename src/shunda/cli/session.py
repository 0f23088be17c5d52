"""What commands work in: Django set up in the user's language, and a database that answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from shunda.cli import stamp
from shunda.cli.terminal import refuse, warn
from shunda.runtime import database_url
from shunda.runtime.home import NO_CLUSTER_YET, home
from shunda.runtime.language import gettext as _
from shunda.runtime.language import language

LANGUAGES = {"zh_Hans": "zh-hans", "en": "en"}
"""Our names of the languages, and Django's."""


def set_up_django() -> None:
    """Load Django with Shunda's settings, speaking the language of the terminal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(LANGUAGES[language()])


@contextmanager
def database(*, create: bool = False) -> Iterator[str]:
    """A database that answers, as its URL: the embedded one is started for the block if it is not running.

    Refuses where there is none yet, unless ``create`` allows to make one.
    """
    from shunda.runtime.database import check

    url = database_url()
    if "DATABASE_URL" in os.environ:
        check(url)
        yield url
        return
    if url == NO_CLUSTER_YET and not create:
        raise refuse(_("There is no database in %s yet: run `shunda up` first.") % home())
    from shunda.runtime.postgres import Server

    server = Server(home(), say=warn)
    ours = server.process() is None
    if ours:
        server.start()
    try:
        yield server.url
    finally:
        if ours:
            server.stop()


@contextmanager
def application() -> Iterator[str]:
    """A database with Shunda's tables, and Django loaded to work with them."""
    with database() as url:
        if not stamp.read(url):
            raise refuse(_("The database is empty: run `shunda up` first."))
        set_up_django()
        yield url
