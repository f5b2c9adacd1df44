"""A version that a file of its own keeps: `__version__`, VERSION, version.txt, package.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packaging.version import InvalidVersion, Version

from shipways.project.detection import modules, syntax
from shipways.project.detection.facts import Certainty, Fact, Facts
from shipways.project.detection.tree import Tree, folder, join

FILES = ("VERSION", "VERSION.txt", "version.txt", "version")
NAMES = ("__version__", "VERSION", "version", "__full_version_str__")
MODULES = ("__init__.py", "version.py", "_version.py", "__about__.py", "about.py")
CHANGELOGS = ("CHANGELOG", "CHANGES", "HISTORY", "NEWS", "RELEASES")
ENDINGS = (".md", ".rst", ".txt")
COMING = re.compile(r"unreleased|\bdev|upcoming|in progress", re.IGNORECASE)
HEADING = re.compile(r"^#{0,3}\s*(?:version\s+)?\[?v?(\d+\.\d+(?:\.\d+)*)\b", re.IGNORECASE)
PATTERN = re.compile(
    r"(?i)^(?P<q>['\"]?)(?:__version__|version)(?P=q)\s*=\s*['\"]v?([^'\"]+)['\"]", re.M
)


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """version, from what is likely to hold it; behind what names its place."""
    for path in FILES:
        if path in tree:
            yield from _fact(tree.text(path).strip(), f"{path}:1", "inferred")
    for package, sure in _packages(tree, found).items():
        for name in MODULES:
            path = join(package, name)
            if path in tree:
                yield from of_module(tree, path, sure)
    yield from _changelog(tree)
    stated = tree.json("package.json").get("version", "")
    if stated and stated != "0.0.0":
        yield from _fact(str(stated), tree.line("package.json", '"version"'), "assumed")


def _changelog(tree: Tree) -> Iterator[Fact]:
    """The first version that a heading names, and that is out: the newest one."""
    for path in tree.named(*(f"{name}{end}" for name in CHANGELOGS for end in ("", *ENDINGS))):
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            matched = HEADING.match(line)
            if matched and "/" not in path and not COMING.search(line):
                yield from _fact(matched.group(1), f"{path}:{number}", "assumed")
                return


def of_pyproject(tree: Tree, data: dict[str, Any]) -> Iterator[Fact]:
    """Where the build back end reads a dynamic version: hatch's path, setuptools' attr or file."""
    tool = data.get("tool", {})
    hatch = tool.get("hatch", {}).get("version", {})
    pdm = tool.get("pdm", {}).get("version", {})
    for said in (hatch, pdm):
        if isinstance(said.get("path"), str):
            yield from of_module(tree, said["path"], "stated")
    setuptools = tool.get("setuptools", {})
    stated = setuptools.get("dynamic", {}).get("version", {})
    package = setuptools.get("package-dir", {}).get("", ".") or "."
    yield from of_reference(tree, stated.get("attr"), stated.get("file"), package)


def of_reference(tree: Tree, attr: Any, file: Any, package: str = ".") -> Iterator[Fact]:
    """setuptools' `attr: package.__version__` and `file: VERSION`."""
    if isinstance(attr, str):
        name = attr.strip().rpartition(".")[0]
        path = modules.locate(tree, name, [package, ".", "src"])
        yield from of_module(tree, path, "stated")
    for path in [file] if isinstance(file, str) else file or ():
        yield from _fact(tree.text(path.strip()).strip(), f"{path.strip()}:1", "stated")


def of_module(tree: Tree, path: str, sure: Certainty) -> Iterator[Fact]:
    """A version that a module, or another file, assigns."""
    for node, _ in syntax.statements(tree.module(path)):
        for name, value in syntax.assignments(node):
            said = syntax.literal(value)
            if isinstance(said, tuple | list) and all(isinstance(one, int) for one in said[:2]):
                said = ".".join(str(one) for one in said if isinstance(one, int))
            if name in NAMES and isinstance(said, str):
                yield from _fact(said, f"{path}:{node.lineno}", sure)
    matched = PATTERN.search(tree.text(path))
    if matched:
        yield from _fact(matched.group(2), tree.line(path, matched.group()), sure)


def _fact(said: str, evidence: str, sure: Certainty) -> Iterator[Fact]:
    try:
        version = str(Version(said.removeprefix("v")))
    except InvalidVersion:
        return
    yield Fact("version", version, evidence, sure)


def _packages(tree: Tree, found: Facts) -> dict[str, Certainty]:
    """Folders of the packages that the project is: of its settings, of its name, and beside them.

    With how sure a version in there is.
    """
    where = modules.bases(found)
    name = found.value("name", "").replace("-", "_")
    named = [found.value("settings", "").partition(".")[0], name, name.removeprefix("django_")]
    files = (modules.locate(tree, one, where) for one in named if one)
    known: dict[str, Certainty] = {
        folder(path): "inferred" for path in files if path.endswith("__init__.py")
    }
    beside = (folder(path) for path in tree.named("__init__.py"))
    return known | {one: "assumed" for one in beside if folder(one) in where and one not in known}
