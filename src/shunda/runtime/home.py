"""The home folder: where one installation keeps its database, its secrets and what it is doing right now.

Everything here reads or writes a few small files and starts nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Where no cluster has been made yet: nothing listens on port 1, so a connection is refused at once and no other
# PostgreSQL of the machine can be taken for ours.
NO_CLUSTER_YET = "postgresql://shunda@127.0.0.1:1/shunda"


class AlreadyLockedError(Exception):
    """Another process holds this lock."""


def home() -> Path:
    """The home folder, whether it exists or not.

    ``SHUNDA_HOME``, else ``.shunda`` in the current folder if there is one, else ``.shunda`` of the checkout the code
    runs from, else the user's data folder.
    """
    if chosen := os.environ.get("SHUNDA_HOME"):
        return Path(chosen).expanduser().absolute()
    here = Path.cwd() / ".shunda"
    if here.is_dir():
        return here
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").exists() and (checkout / "src" / "shunda").is_dir():
        return checkout / ".shunda"
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "shunda"


def make_home() -> Path:
    """The home folder, made readable for its owner alone where it is new."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def database_url() -> str:
    """The database to use: ``DATABASE_URL``, else that of the embedded server of the home folder.

    Reads files only. The embedded server's address is known once it was initialised by `shunda up`.
    """
    if given := os.environ.get("DATABASE_URL"):
        return given
    try:
        return (home() / "database.url").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return NO_CLUSTER_YET


def secret_key() -> str:
    """The key that signs sessions and links; made at first use and kept in the home folder."""
    path = make_home() / "secret_key"
    if not path.exists():
        with locked(path.with_suffix(".lock"), wait=True):  # the first of several wins, the others take its key
            if not path.exists():
                write_private(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="utf-8")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, so that others see the old content or the new, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)


def read_state(folder: Path) -> dict[str, Any]:
    """What the last `shunda up` of this home folder wrote about itself; empty where there was none."""
    try:
        state = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write down what this `shunda up` is: process ids, address, start time."""
    write_private(folder / "run.json", json.dumps(state, indent=2))


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold a lock that vanishes with the process, however it ends.

    Without ``wait`` raises `AlreadyLockedError` when another process holds it.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise AlreadyLockedError(str(path)) from error
        yield


def is_locked(path: Path) -> bool:
    """Whether some process holds this lock now."""
    if not path.exists():
        return False
    try:
        with locked(path, wait=False):
            return False
    except AlreadyLockedError:
        return True
