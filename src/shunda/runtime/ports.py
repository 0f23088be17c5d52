"""Ports on this machine: which are free, and which to take."""

from __future__ import annotations

import random
import socket

# below the range from which systems take ports for outgoing connections, so that none of those is in the way
PRIVATE_RANGE = range(20000, 32000)


class NoFreePortError(Exception):
    """All ports that were tried are in use."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port of this address now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as candidate:
        # as servers do: a connection that was closed a moment ago is no obstacle, another listener is
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError:
            return False
    return True


def next_free(port: int, host: str = "127.0.0.1", tries: int = 100) -> int:
    """This port if it is free, else the next one that is. Refuses after ``tries`` ports."""
    for candidate in range(port, min(port + tries, 65536)):
        if is_free(candidate, host):
            return candidate
    raise NoFreePortError(f"{host}:{port}-{port + tries - 1}")


def private_port() -> int:
    """A free port at a random place, for a server that is nobody else's concern."""
    for candidate in random.sample(PRIVATE_RANGE, 200):
        if is_free(candidate):
            return candidate
    raise NoFreePortError(f"127.0.0.1:{PRIVATE_RANGE.start}-{PRIVATE_RANGE.stop - 1}")
