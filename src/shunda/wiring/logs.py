"""Where the product says what happens: to its output, and never at the cost of what it was about to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog

KEYS = re.compile(r"(/o/)[^/\s\"']+")
"""The addresses of customers' links: whoever has one is let in, so no log has one."""


def masked(_logger: object, _method: str, said: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """What a log line says, without the keys that addresses carry."""
    return {name: KEYS.sub(r"\1…", value) if isinstance(value, str) else value for name, value in said.items()}


class Calm(structlog.PrintLogger):
    """Prints; an output that takes nothing (the disk is full, the terminal is gone) is no reason to fail."""

    def __init__(self, *_names: object) -> None:
        super().__init__()

    def msg(self, message: str) -> None:
        """One line."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg
