"""`shunda status`: is it running, where, since when, which versions, jobs, how much memory."""

from __future__ import annotations

import json
import os
import platform
from datetime import datetime
from importlib.metadata import version
from typing import Any

import click

import shunda
from shunda.cli.terminal import say, size
from shunda.cli.up import LOCK_FILE
from shunda.runtime.home import NO_CLUSTER_YET, database_url, home, is_locked, read_state
from shunda.runtime.language import gettext as _


@click.command("status", help=_("Show whether it runs, where, and how much memory it takes."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the answer as JSON."))
def command(*, as_json: bool) -> None:
    """Report on the installation of this home folder; exit code 1 when it is not running."""
    report = _report()
    if as_json:
        say(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _print(report)
    if not report["running"]:
        raise SystemExit(1)


def _report() -> dict[str, Any]:
    folder = home()
    running = is_locked(folder / LOCK_FILE)
    state = read_state(folder) if running else {}
    return {
        "running": running,
        "address": state.get("address", ""),
        "started": state.get("started", ""),
        "home": str(folder),
        "database": _database(running=running),
        "versions": {
            "Shunda": shunda.__version__,
            "Python": platform.python_version(),
            "Django": version("django"),
        },
        "jobs": _jobs() if running else {},
        "memory": _memory(state),
    }


def _jobs() -> dict[str, int]:
    """How many jobs wait, and how many were parked because they failed again and again; empty without tables."""
    import psycopg

    asked = """select count(*) filter (where status in ('todo', 'doing')), count(*) filter (where status = 'failed')
               from procrastinate_jobs where status in ('todo', 'doing', 'failed')"""
    try:
        with psycopg.connect(database_url(), connect_timeout=3) as connection:
            row = connection.execute(asked).fetchone()
    except psycopg.Error:
        return {}
    return {"waiting": row[0], "parked": row[1]} if row else {}


def _database(*, running: bool) -> str:
    """What the database is and whether it answers, without its password."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    url, embedded = database_url(), "DATABASE_URL" not in os.environ
    if url == NO_CLUSTER_YET:
        return _("none yet")
    kind = _("embedded") if embedded else "DATABASE_URL"
    try:
        where = conninfo_to_dict(url)
        place = f"{where.get('host', '')}:{where.get('port', 5432)}"
        if embedded and not running:
            return f"{kind}, {place}"
        with psycopg.connect(url, connect_timeout=3) as connection:
            number = connection.info.server_version
            return f"PostgreSQL {number // 10000}.{number % 10000}, {kind}, {place}"
    except psycopg.Error as error:
        return f"{kind}: {str(error).strip()}"


def _memory(state: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Processes and bytes of each part, and of all together; empty when it is not running."""
    if not state:
        return {}
    from shunda.runtime.memory import of_tree

    parts = {state["pid"]: "shunda up", **{pid: name for name, pid in state["children"].items()}}
    totals: dict[str, dict[str, int]] = {}
    for usage in of_tree(state["pid"], parts):
        for name in (usage.part, "total"):
            part = totals.setdefault(name, {"processes": 0, "bytes": 0})
            part["processes"] += 1
            part["bytes"] += usage.size
    totals["total"] = totals.pop("total", {"processes": 0, "bytes": 0})
    return totals


def _print(report: dict[str, Any]) -> None:
    if report["running"]:
        where = report["address"] or _("(starting)")
        since = datetime.fromisoformat(report["started"]).astimezone()
        say(_("Shunda is running at %(where)s since %(since)s.") % {"where": where, "since": f"{since:%Y-%m-%d %H:%M}"})
    else:
        say(_("Shunda is not running."))
    say(_("Home folder: %s") % report["home"])
    say(_("Database: %s") % report["database"])
    say(_("Versions: %s") % ", ".join(f"{name} {number}" for name, number in report["versions"].items()))
    if report["jobs"]:
        say(_("Jobs: %(waiting)s waiting, %(parked)s parked") % report["jobs"])
    if report["memory"]:
        say(_("Memory (proportional set size):"))
    for name, part in report["memory"].items():
        shown = _("together") if name == "total" else name
        say(f"  {shown:<12} {size(part['bytes']):>9}  " + _("processes: %s") % part["processes"])
