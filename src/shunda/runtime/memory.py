"""How much memory a tree of processes really takes: the proportional set size counts a shared page once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """The memory of one process, in bytes, and the part of Shunda it belongs to."""

    pid: int
    part: str
    size: int


def of_tree(root: int, parts: Mapping[int, str]) -> list[Usage]:
    """The memory of a process and everything below it; a process belongs to the nearest part above it.

    A process that ends while being looked at is left out.
    """
    try:
        return list(_below(psutil.Process(root), "", parts))
    except psutil.NoSuchProcess:
        return []


def _below(process: psutil.Process, part: str, parts: Mapping[int, str]) -> Iterator[Usage]:
    part = parts.get(process.pid, part)
    try:
        children = process.children()
        yield Usage(process.pid, part, _size(process))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return
    for child in children:
        yield from _below(child, part, parts)


def _size(process: psutil.Process) -> int:
    """Proportional set size where the system knows it (Linux), else what is this process's alone."""
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", 0) or memory.uss)
