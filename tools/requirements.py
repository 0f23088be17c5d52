"""Which of the numbered requirements have a test that proves them: `make requirements`.

Reads the `@pytest.mark.req("R019", ...)` marks of all tests without importing any; a mark on a class or on a whole
module (`pytestmark`) counts for every test in it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOTAL = 230
NUMBER = re.compile(r"R\d{3}")

Test = ast.FunctionDef | ast.AsyncFunctionDef


def marks(nodes: list[ast.expr]) -> set[str]:
    """The requirement numbers named by `req` marks among some expressions."""
    found: set[str] = set()
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "req":
                named = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
                found |= {value for value in named if isinstance(value, str)}
    return found


def proofs(body: list[ast.stmt], inherited: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Each test of a module or class with the numbers it names."""
    for statement in body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            inherited = inherited | marks([statement.value])
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from proofs(statement.body, inherited | marks(statement.decorator_list))
        elif isinstance(statement, Test) and statement.name.startswith("test_"):
            yield statement.name, inherited | marks(statement.decorator_list)


def collect() -> dict[str, list[str]]:
    """Requirement number to the tests that name it, as `path::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for folder in ("src", "tests"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for name, numbers in proofs(tree.body, set()):
                for number in numbers:
                    found[number].append(f"{path.relative_to(ROOT)}::{name}")
    return found


def main() -> int:
    """Print the list; 1 if a mark names something that is no requirement."""
    found = collect()
    for number in sorted(found):
        print(number)
        for test in found[number]:
            print(f"  {test}")
    wrong = [number for number in found if not NUMBER.fullmatch(number) or not 0 < int(number[1:]) <= TOTAL]
    for number in wrong:
        print(f"No such requirement: {number}", file=sys.stderr)
    print(f"{len(found) - len(wrong)} of {TOTAL} requirements have a test.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
