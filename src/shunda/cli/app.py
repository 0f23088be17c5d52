"""The group of commands, loaded one by one when they are needed, in the language of the terminal."""

from __future__ import annotations

import gettext
import os
import sys
from importlib import import_module

import click

import shunda
from shunda.runtime.binaries import PostgresError
from shunda.runtime.language import DOMAIN, language
from shunda.runtime.language import gettext as _

# in the order in which a newcomer meets them
COMMANDS = ("up", "status", "demo", "import", "verify", "backup", "restore", "user")
HIDDEN = ("prepare", "worker")
MODULES = {"import": "imports"}


class Commands(click.Group):
    """Finds a command in the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands people use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the file of a command, if there is a command of that name."""
        if cmd_name not in COMMANDS + HIDDEN:
            return None
        command = import_module(f"shunda.cli.{MODULES.get(cmd_name, cmd_name)}").command
        return command if isinstance(command, click.Command) else None


def _speak() -> None:
    """Let click itself ("Usage:", "Options:" ...) speak the user's language too; it asks the standard gettext."""
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(DOMAIN, os.path.join(os.path.dirname(__file__), "locale"))  # noqa: PTH118, PTH120
    gettext.textdomain(DOMAIN)


def run() -> None:
    """Run the command line; exit codes: 0 done, 1 refused or failed, 2 used wrongly."""
    _speak()
    group = Commands(
        name="shunda",
        help=_("Shunda 顺达: sales order management.\n\n`shunda up` starts it; Ctrl-C ends it."),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    group = click.version_option(shunda.__version__, message="Shunda %(version)s")(group)
    try:
        group(prog_name="shunda")
    except PostgresError as error:
        click.ClickException(str(error)).show()
        sys.exit(1)
