"""Rules of the house that neither the type checker nor the linter sees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/shunda"
STATUS_WRITER = SRC / "core/batch.py"
FILE_LINES, FUNCTION_LINES, KERNEL_LINES = 400, 40, 1100

FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "signals", "managers", "services"}


def sources(*, tests: bool = False) -> Iterator[Path]:
    for path in sorted(SRC.rglob("*.py")):
        if "migrations" not in path.parts and (tests or "tests" not in path.parts):
            yield path


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_lines(path: Path) -> set[int]:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text()
    lines = {n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def test_no_file_is_longer_than_400_lines():
    long = {name(p): n for p in sources(tests=True) if (n := len(p.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_longer_than_40_lines():
    long = {}
    for path in sources():
        code = code_lines(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = len(code & set(range(node.lineno, (node.end_lineno or 0) + 1)))
                if length > FUNCTION_LINES:
                    long[f"{name(path)}:{node.name}"] = length
    assert long == {}


def test_the_kernel_stays_small():
    kernel = [p for p in (SRC / "core").glob("*.py") if p.name != "models.py"]
    assert sum(len(code_lines(p)) for p in kernel) <= KERNEL_LINES


def status_writes(tree: ast.AST) -> Iterator[int]:
    """Lines that assign a status, update one, or hold SQL that sets one."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[*_, ast.Attribute(attr="status")])
                | ast.AugAssign(target=ast.Attribute(attr="status"))
            ):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="update" | "bulk_update"), keywords=keywords) if any(
                k.arg == "status" for k in keywords
            ):
                yield node.lineno
            case ast.Constant(value=str(text)) if re.search(
                r"update\s+\w+.*\bset\b[^;]*\bstatus\s*=", text, re.I | re.S
            ):
                yield node.lineno


def test_only_the_batch_writes_a_status():
    others = [path for path in sources() if path != STATUS_WRITER]
    assert [f"{name(p)}:{n}" for p in others for n in status_writes(ast.parse(p.read_text()))] == []


@pytest.mark.parametrize(
    "code", ["order.status = 'x'", "rows.update(status='x')", "sql = 'update orders_order set status = 1'"]
)
def test_the_status_rule_can_fail(code):
    assert list(status_writes(ast.parse(code)))


def test_no_file_has_a_name_that_says_nothing():
    assert [name(p) for p in sources() if p.stem in FORBIDDEN_NAMES] == []


def test_rules_and_states_neither_query_nor_look_at_the_clock():
    found = []
    for path in sources():
        if path.stem not in {"rules", "states"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Attribute(attr="objects") | ast.Call(func=ast.Attribute(attr="now" | "today" | "localdate")):
                    found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_nothing_below_the_edges_looks_at_the_clock():
    below = {"actions", "steps", "queries", "rules", "verify", "core"}
    found = []
    for path in sources():
        if not below & {*path.parts, path.stem}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Name(id="timezone" | "datetime" | "date"), attr="now" | "today" | "localdate"
                    )
                ):
                    found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_no_model_overrides_save_and_nobody_uses_signals_or_generic_keys():
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.FunctionDef(name="save" | "delete") if path.stem == "models":
                    found.append(f"{name(path)}:{node.lineno}")
                case ast.ImportFrom(module="django.db.models.signals" | "django.dispatch"):
                    found.append(f"{name(path)}:{node.lineno}")
                case ast.Name(id="GenericForeignKey"):
                    found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_nothing_is_left_pretending_to_be_done():
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [name(p) for p in sources(tests=True) if p.is_relative_to(SRC) and marker.search(p.read_text())] == []


def test_every_public_function_and_class_says_what_it_is_for():
    silent = []
    for path in sources():
        for node in ast.parse(path.read_text()).body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                silent.append(f"{name(path)}:{node.name}")
    assert silent == []


def test_requirement_markers_name_requirements_that_exist():
    wrong = []
    for path in [*sources(tests=True), *sorted((ROOT / "tests").rglob("*.py"))]:
        for mark in re.findall(r"mark\.req\(([^)]*)\)", path.read_text()):
            for number in re.findall(r'"([^"]*)"', mark):
                if not (re.fullmatch(r"R\d{3}", number) and 1 <= int(number[1:]) <= 230):
                    wrong.append(f"{name(path)}: {number}")
    assert wrong == []
