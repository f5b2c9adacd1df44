"""The house's rules: who may import whom, who may start processes, what nobody may know."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[1]
# A module imports only from those before it in this list.
ORDER = (
    "errors", "places", "refused", "extraction", "trust", "cache", "measure", "cause", "runs",
    "command", "progress", "text", "escape", "recipes", "versions", "values", "names", "pyproject",
    "project", "artifact", "stage", "results", "clock", "checkout", "links", "source",
    "python_versions", "lock", "wheel_file", "closure", "wheelhouse", "unpack", "archive",
    "attach", "sbom", "bundle", "contents", "roots", "oci", "linters", "target", "copyright",
    "deb_archive", "rpm_archive", "listing", "packagers", "formats", "inventory", "host", "dist",
    "attempt", "report", "pipeline", "lifecycle", "claims", "doctor", "instructions", "arguments",
    "chosen", "subcommands", "__main__",
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


def calls(names: set[str]) -> dict[str, set[str]]:
    """Files that call functions or methods of these names -> the modules that they import."""
    found = {}
    for folder in ("shipways", "packaging", "bench", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
            if names & {ast.unparse(n.func).rpartition(".")[2] for n in nodes if _is_call(n)}:
                imports = [n for n in nodes if isinstance(n, ast.Import)]
                found[str(path.relative_to(ROOT))] = {a.name for n in imports for a in n.names}
    return found


def _is_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call)


def test_one_module_extracts_from_tar_archives() -> None:
    """Debian 12's tarfile has no filters. zipfile's methods of these names need none."""
    users = calls({"extractall", "unpack_archive"})
    tars = {path for path, imports in users.items() if "zipfile" not in imports - {"tarfile"}}
    tars |= {path for path, imports in users.items() if {"tarfile", "zipfile"} <= imports}
    assert tars == {"shipways/extraction.py"}


def test_nothing_has_python_write_the_header_of_gzip() -> None:
    """It differs from version to version. In tests gzip makes what is read."""
    users = {
        path
        for path in calls({"compress", "GzipFile"})
        if path.startswith("shipways/") and "gzip." in (ROOT / path).read_text(encoding="utf-8")
    }
    assert not users


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
