"""The project's files as detection reads them: those that are shipped, each parsed once.

Nothing here runs what it reads, and nothing is wrong with a file that cannot be read: it only says
nothing.
"""

from __future__ import annotations

import ast
import configparser
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from shipways.project import source_tree
from shipways.util.text import read_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
LIMIT = 1_000_000  # bytes; what is larger was written by a program
# Folders whose files say how a project is tried or explained, not how it is run.
ASIDE = {
    "doc", "docs", "example", "examples", "sample", "samples", "demo", "test", "tests", "testing",
    "fixtures", "testproject", "test_project", "node_modules", "vendor", "third_party", "contrib",
    "e2e", "benchmarks", ".github", ".devcontainer",
}  # fmt: skip


class Tree:
    """The files of a folder; paths are text, relative to it, with "/"."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        self.root = root
        self.files = tuple(sorted(paths, key=lambda path: (path.count("/"), path)))
        self._there = frozenset(self.files)
        self._by_name: dict[str, list[str]] = {}
        for path in self.files:
            self._by_name.setdefault(PurePosixPath(path).name, []).append(path)
        self._parsed: dict[tuple[str, str], Any] = {}

    def __contains__(self, path: object) -> bool:
        return path in self._there

    def named(self, *names: str, aside: bool = False) -> list[str]:
        """Files with one of these names, those nearest to the top first.

        `aside`: those in folders of tests and examples too, behind all others.
        """
        found = [path for name in names for path in self._by_name.get(name, ())]
        found.sort(key=lambda path: (is_aside(path), path.count("/"), path))
        return [path for path in found if aside or not is_aside(path)]

    def matching(self, test: Callable[[str], bool]) -> Iterator[str]:
        """Files whose name passes a test, those nearest to the top first."""
        return (path for path in self.files if test(PurePosixPath(path).name))

    def text(self, path: str) -> str:
        """What a file says; "" where it is not there, no text, or too large."""
        return self.once("text", path, self._read, "")

    def module(self, path: str) -> ast.Module:
        """A Python file; an empty one where it is none."""
        return self.once("module", path, lambda path: _parse(self.text(path)), ast.Module([], []))

    def toml(self, path: str) -> dict[str, Any]:
        return self.once("toml", path, lambda path: tomllib.loads(self.text(path)), {})

    def json(self, path: str) -> dict[str, Any]:
        found: Any = self.once("json", path, lambda path: json.loads(self.text(path)), None)
        return found if isinstance(found, dict) else {}

    def ini(self, path: str) -> configparser.RawConfigParser:
        """A file of setup.cfg's kind."""

        def read(path: str) -> configparser.RawConfigParser:
            found = configparser.RawConfigParser(strict=False)
            found.read_string(self.text(path))
            return found

        return self.once("ini", path, read, configparser.RawConfigParser())

    def line(self, path: str, wanted: str) -> str:
        """Evidence: the file, and the line in which a text first stands."""
        for number, line in enumerate(self.text(path).splitlines(), 1):
            if wanted in line:
                return f"{path}:{number}"
        return path

    def _read(self, path: str) -> str:
        full = self.root / path
        if path not in self._there or full.stat().st_size > LIMIT:
            return ""
        return read_text(full)

    def once(self, kind: str, path: str, read: Callable[[str], T], otherwise: T) -> T:
        """What is read of a path in one way, kept; `otherwise` where that fails."""
        if (kind, path) not in self._parsed:
            try:
                self._parsed[kind, path] = read(path)
            except (OSError, ValueError, SyntaxError, RecursionError, MemoryError,
                    configparser.Error):  # fmt: skip
                self._parsed[kind, path] = otherwise
        found: T = self._parsed[kind, path]
        return found


def scan(root: Path) -> Tree:
    """The files that are shipped: what Git tracks. Raises `SourceError` as a build would."""
    return Tree(root, (path.as_posix() for path in source_tree.files(root)))


def is_aside(path: str) -> bool:
    """Whether a file lies among tests, examples or documentation."""
    return any(part.lower() in ASIDE for part in PurePosixPath(path).parts[:-1])


def folder(path: str) -> str:
    """The folder of a file; "." is the top."""
    return str(PurePosixPath(path).parent)


def join(base: str, path: str) -> str:
    """A path below a folder, which may be "."."""
    return path if base == "." else base if path == "." else f"{base}/{path}"


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the project's own strings
        return ast.parse(text)
