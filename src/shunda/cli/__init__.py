"""The `shunda` command: starting, watching and keeping an installation.

Each command is a file. Nothing of Django is imported until a command needs it, so help and status come at once.
"""


def main() -> None:
    """Run the command line."""
    from shunda.cli.app import run

    run()
