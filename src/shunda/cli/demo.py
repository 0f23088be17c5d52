"""`shunda demo`: build the demo company where `shunda up` has not."""

from __future__ import annotations

import click

from shunda.cli import stamp
from shunda.cli.prepare import build_demo, prepare
from shunda.cli.session import database, set_up_django
from shunda.cli.terminal import refuse, say
from shunda.runtime.language import gettext as _


@click.command(
    "demo", help=_("Build the demo company.\n\nA wholesaler of food with 77 products, 91 customers and 830 orders.")
)
def command() -> None:
    """Build the demo company once; refuses a database that has it already."""
    with database(create=True) as url:
        if stamp.read(url).get("first_start") == "demo":
            raise refuse(_("The demo company is there already."))
        prepare(url, demo=True)
        if stamp.read(url).get("first_start") != "demo":
            set_up_django()
            build_demo(url)
    say(_("The demo company is ready; `shunda up` shows its logins."))
