"""Text that a database cannot hold: NUL, and half of a character that is written in two halves."""

import re
from typing import Any

_SUSPICIOUS = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\x00")


def is_suspicious(raw: bytes) -> bool:
    """Whether JSON may hold such text, written out or escaped; quick, and wrong about whole pairs."""
    return _SUSPICIOUS.search(raw) is not None


def is_unreadable(value: Any) -> bool:
    """Whether some text in this value cannot be stored."""
    match value:
        case str():
            return "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value)
        case dict():
            return any(is_unreadable(name) or is_unreadable(each) for name, each in value.items())
        case list():
            return any(map(is_unreadable, value))
    return False
