"""How commands speak: plain lines, warnings, a refusal, a progress bar."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from shunda.runtime.language import gettext as _

Progress = Callable[[int, int], None]


def say(text: str = "") -> None:
    """One line for the user; a terminal that went away, or a full disk behind it, is no reason to fail."""
    with contextlib.suppress(OSError):
        click.echo(text)


def warn(text: str) -> None:
    """One line the user should not miss."""
    with contextlib.suppress(OSError):
        click.secho(text, fg="yellow", err=True)


def refuse(text: str) -> click.ClickException:
    """What to raise when a command will not or cannot do what was asked: exit code 1, nothing changed."""
    return click.ClickException(text)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A progress bar to be told (done, total); where no terminal is attached, a line at the start and at the end."""
    bar: Any = None

    def advance(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = click.progressbar(length=total, label=label, show_pos=True, width=30, update_min_steps=1)
            bar.__enter__()
        bar.length = total
        bar.update(done - bar.pos)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def size(count: float) -> str:
    """A number of bytes as people read it."""
    return _("%.0f MiB") % (count / 2**20) if count >= 2**20 else _("%.0f KiB") % (count / 2**10)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns; a Chinese character is as wide as two letters."""
    lines = [head, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        say("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
