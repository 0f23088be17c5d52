"""The disk is full: everything of an installation on a small file system of its own, and a file that takes the rest.

Everybody is told so, what was placed before stays, and when there is room again it goes on by itself.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.torture.faults import under
from tests.torture.frame import Effort, Site

MEBIBYTES = 260
FULL_SECONDS = (2, 20)


@contextmanager
def ground() -> Iterator[Path]:
    """A file system in memory, for the length of a block; needs the right to mount."""
    with tempfile.TemporaryDirectory(prefix="shunda-ground-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m,mode=755", "tmpfs", folder]
        subprocess.run(mount, check=True, capture_output=True, text=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def why_not() -> str:
    """Why this program cannot run here, if so."""
    try:
        with ground():
            return ""
    except (OSError, subprocess.CalledProcessError) as wrong:
        return f"a small file system cannot be mounted here: {str(getattr(wrong, 'stderr', '') or wrong).strip()}"


def run(site: Site, effort: Effort) -> None:
    """Fill, look, make room, look; in the long version again, and long enough for the database to lose its log."""
    seconds = effort.pick(*FULL_SECONDS)
    ballast = site.installation.folder / "ballast"

    def make_room(_site: Site) -> None:
        time.sleep(seconds)
        ballast.unlink()

    for number in range(effort.pick(1, 5)):
        fill(ballast)
        seen = under(site, effort, make_room, f"full-{effort.seed}-{number}")
        assert seen[503], "nobody noticed"
        if effort.over:
            break
    site.assert_books_balance()


def fill(ballast: Path) -> None:
    """Not a byte is left."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
