"""What storing files takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Readable(Protocol):
    """A file as a form or the API hands it over."""

    name: str | None

    @property
    def size(self) -> int | None:
        """In bytes."""

    def read(self, num_bytes: int | None = None, /) -> bytes:
        """So many bytes of it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sends, under the name it has there.

    ``size`` is in bytes; ``data`` may be cut off when it is too large anyway.
    """

    name: str
    data: bytes
    size: int

    @classmethod
    def of(cls, file: Readable, most: int) -> Upload:
        """Reads no more than one byte over ``most``, however large the file is."""
        data = file.read(most + 1)
        return cls(file.name or "", data, file.size if file.size is not None else len(data))
