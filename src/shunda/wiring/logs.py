"""Where the product says what happens: to its output, and never at the cost of what it was about to do."""

from __future__ import annotations

from contextlib import suppress

import structlog


class Calm(structlog.PrintLogger):
    """Prints; an output that takes nothing (the disk is full, the terminal is gone) is no reason to fail."""

    def __init__(self, *_names: object) -> None:
        super().__init__()

    def msg(self, message: str) -> None:
        """One line."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg
