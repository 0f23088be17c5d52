"""Puts the last whole measurement into docs/performance.md, between the marks there: ``python -m bench.report``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.harness import RESULTS, ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by python -m bench.report -->", "<!-- end of figures -->"


def write() -> None:
    """Replace the figures of the page by those of bench/results."""
    text = PAGE.read_text(encoding="utf-8")
    before, _mark, rest = text.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{figures()}\n{END}{after}", encoding="utf-8")


def figures() -> str:
    """Machine and tables as Markdown."""
    parts = []
    for name, title in (("latest", "Measured"), ("peers", "Other systems, same order, same server, same minutes")):
        file = RESULTS / f"{name}.json"
        if file.exists():
            parts += [f"**{title}**: {_machine(RESULTS / f'{name}.machine.json')}", "", _table(file), ""]
    return "\n".join(parts)


def _machine(file: Path) -> str:
    if not file.exists():
        return "machine not recorded."
    told: dict[str, Any] = json.loads(file.read_text())
    settings = told["settings"]
    return (
        f"{told['cpu']}, {told['cores']} cores, {told['memory_mb'] // 1024} GB, Linux {told['kernel']}, "
        f"PostgreSQL {told['postgresql']} (fsync {settings['fsync']}, synchronous_commit "
        f"{settings['synchronous_commit']}), Python {told['python']}; load of the machine before it began "
        f"{told['load_before']}; {told['at'][:10]}."
    )


def _table(file: Path) -> str:
    rows: list[dict[str, Any]] = json.loads(file.read_text())
    lines = ["| figure | value | unit | limit | ratio |", "|---|---:|---|---:|---:|"]
    for row in rows:
        limit, ratio = _said(row["limit"]), "" if row["ratio"] is None else f"{row['ratio']:g}"
        lines.append(f"| `{row['name']}` | {_said(row['value'])} | {row['unit']} | {limit} | {ratio} |")
    return "\n".join(lines)


def _said(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    write()
    sys.exit(0)
