"""Tests run on a real PostgreSQL: DATABASE_URL, or a throw-away server of our own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["SHUNDA_TESTING"] = "1"
os.environ.setdefault("SHUNDA_HOME", str(Path(tempfile.gettempdir()) / f"shunda-test-{os.getuid()}"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")


def _start_database() -> None:
    """In the process that collects; workers inherit its DATABASE_URL."""
    if "DATABASE_URL" in os.environ:
        return
    from shunda.runtime.postgres import scratch_server

    server = scratch_server()
    os.environ["DATABASE_URL"] = server.url
    import atexit

    atexit.register(server.stop)


_start_database()


def _start_django() -> None:
    """Now that the environment is right for it, and before a folder's own conftest imports models."""
    import django

    django.setup()


_start_django()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: what packs or signs writes the moment into them, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read messages in English unless they ask otherwise."""
    from django.utils import translation

    with translation.override("en"):
        yield
