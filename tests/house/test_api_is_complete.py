"""Nothing the pages can do is missing from the API."""

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[2] / "src/shunda"

PAGES_ALONE = {
    "accounts.end_sessions": "sessions are of browsers; what a program holds is a token, and that can be revoked",
    "fulfilment.scan": "a page brings the scans of one person; the API counts those of many callers with scan_together",
    "orders.keep": "what is being typed in the entry page; a program keeps its own, and sends whole orders",
    "pricing.record_export": "the record of the file a page makes; a program reads the prices page by page",
}
"""What pages may do and the API need not, and why."""


def modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in folder.rglob("*.py"):
        if not {"tests", "migrations"} & set(path.parts):
            yield path, ast.parse(path.read_text())


def writes(tree: ast.Module) -> Iterator[str]:
    """Public functions that change something: they are told by whom and when, and say what was done."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            told = {argument.arg for argument in node.args.kwonlyargs}
            if {"by", "at"} <= told and (node.decorator_list or "Outcome" in ast.unparse(node.returns or node.args)):
                yield node.name


def named(tree: ast.Module) -> set[str]:
    """Every name a module uses."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    }


def is_page(tree: ast.Module) -> bool:
    """Whether a module holds pages: it uses their decorator."""
    return any(
        isinstance(node, ast.FunctionDef)
        and any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == "page" for each in node.decorator_list)
        for node in tree.body
    )


def is_api(path: Path, tree: ast.Module) -> bool:
    """Whether a module holds endpoints, or what a crowded endpoint runs."""
    routers = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    return "shunda.api.router" in routers or path.stem == "intake"


def missing(folder: Path) -> Iterator[str]:
    found = list(modules(folder))
    there = {name for _path, tree in found for name in writes(tree)}
    pages = {name for _path, tree in found if is_page(tree) for name in named(tree)}
    api = {name for path, tree in found if is_api(path, tree) for name in named(tree)}
    return (f"{folder.name}.{name}" for name in sorted(there & pages - api))


def test_whatever_a_page_can_do_an_endpoint_can_do():
    lacking = {name for folder in SRC.iterdir() if folder.is_dir() for name in missing(folder)}
    assert lacking == PAGES_ALONE.keys()


def test_that_rule_can_fail(tmp_path):
    (tmp_path / "actions.py").write_text("def ship(ids, *, by, at) -> Outcome[int]: ...")
    (tmp_path / "pages.py").write_text("@page('x')\ndef ship_page(request):\n    actions.ship([], by=1, at=2)")
    assert list(missing(tmp_path)) == [f"{tmp_path.name}.ship"]
