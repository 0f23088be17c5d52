"""The committed description of the API: `tools/openapi.py` writes docs/openapi.json, `--check` fails if it is old."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "openapi.json"


def current() -> str:
    """The document of the code as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")  # nothing is read
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from django.utils import translation

    from shunda.wiring.api import api

    with translation.override("en"):
        document = api.get_openapi_schema(path_prefix="/api/v1/")
        return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"


def main() -> int:
    """Write it, or say what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail and show the difference instead of writing")
    check = parser.parse_args().check
    new, old = current(), TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if new == old:
        return 0
    if not check:
        TARGET.write_text(new, encoding="utf-8")
        print(f"wrote {TARGET.relative_to(ROOT)}")
        return 0
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "committed", "current", lineterm="", n=2)
    print(*islice(lines, 60), sep="\n")
    print("docs/openapi.json is not up to date: run tools/openapi.py and look at what changed")
    return 1


if __name__ == "__main__":
    sys.exit(main())
