"""`shunda worker`: the process that runs the jobs. `shunda up` starts it; a large installation starts several."""

from __future__ import annotations

import click

from shunda.cli.session import set_up_django
from shunda.runtime.language import gettext as _


@click.command("worker", help=_("Run queued jobs until told to stop."), hidden=True)
@click.option("--concurrency", default=2, show_default=True, help=_("Jobs at the same time."))
def command(concurrency: int) -> None:
    """Run queued jobs; ends with SIGTERM when the jobs under way are done."""
    set_up_django()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from shunda.wiring.jobs import SILENT_SECONDS

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(type(connector))
    with app.replace_connector(connector.get_worker_connector()) as working:
        working.run_worker(
            concurrency=concurrency,
            shutdown_graceful_timeout=10,
            update_heartbeat_interval=5,
            stalled_worker_timeout=SILENT_SECONDS,
        )
