"""The house's rules: who may import whom, who may start processes, what nobody may know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# A module imports only from those before it in this list.
ORDER = (
    "errors", "messages", "measure", "command", "progress", "recipes", "pyproject", "project",
    "artifact",
    "results", "source", "lock", "unpack", "archive", "attach", "sbom", "bundle", "contents",
    "roots", "oci", "linters", "target",
    "copyright", "deb_archive", "packagers",
    "formats", "host", "dist", "attempt", "pipeline", "lifecycle", "claims", "report", "doctor",
    "instructions", "arguments", "chosen", "subcommands", "__main__",
)  # fmt: skip


def modules() -> list[tuple[str, Path]]:
    folder = ROOT / "shipways"
    return [
        (path.relative_to(folder).parts[0].removesuffix(".py"), path)
        for path in sorted(folder.rglob("*.py"))
        if path.parent != folder or path.name != "__init__.py"
    ]


def imported(path: Path) -> set[str]:
    """Names of the toolkit's own modules that a file imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "shipways":
                found |= {alias.name for alias in node.names}
            elif node.module.startswith("shipways."):
                found.add(node.module.split(".")[1])
    return found - {"__version__"}


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: str(value))
def test_imports_go_one_way(name: str, path: Path) -> None:
    assert name in ORDER, f"say in ORDER where {name} belongs"
    later = {other for other in imported(path) if ORDER.index(other) > ORDER.index(name)}
    assert not later


def test_one_module_starts_processes() -> None:
    users = {
        str(path.relative_to(ROOT))
        for _, path in modules()
        if "subprocess" in path.read_text(encoding="utf-8")
    }
    assert users == {"shipways/command.py"}


def test_nothing_knows_the_sample() -> None:
    told = [
        str(path.relative_to(ROOT))
        for folder in ("shipways", "packaging")
        for path in (ROOT / folder).rglob("*")
        if path.suffix not in (".pyc", ".mo") and path.is_file()
        if "demoapp" in path.read_text(encoding="utf-8").lower()
    ]
    assert not told


def test_packaging_is_data() -> None:
    assert not list((ROOT / "packaging").rglob("__init__.py"))
