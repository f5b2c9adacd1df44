"""A pyproject.toml that is read key by key: every error names the file, the key and an example."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from shipways.errors import ProjectError
from shipways.versions import MAX_EPOCH

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

EXAMPLES = {
    "project": '[project]\nname = "notes"\nversion = "1.0.0"',
    "project.name": 'name = "notes"',
    "project.version": 'version = "1.0.0"',
    "project.description": 'description = "Notes that a team shares"',
    "project.requires-python": 'requires-python = ">=3.10"',
    "project.scripts": '[project.scripts]\nnotes = "notes.cli:main"',
    "tool.shipways": '[tool.shipways]\nwsgi = "notes.wsgi:application"',
    "tool.shipways.wsgi": 'wsgi = "notes.wsgi:application"',
    "tool.shipways.settings": 'settings = "notes.settings"',
    "tool.shipways.state-dir-variable": 'state-dir-variable = "NOTES_STATE_DIR"',
    "tool.shipways.maintainer": 'maintainer = "Ada Lovelace <ada@example.org>"',
    "tool.shipways.command": 'command = "notes"   # a name from [project.scripts]',
    "tool.shipways.lock": 'lock = "requirements.lock"   # by uv pip compile --generate-hashes',
    "tool.shipways.port": "port = 8000",
    "tool.shipways.languages": 'languages = ["en", "pt-BR"]',
}


class Pyproject:
    """One file. `key` is dotted, such as "project.name"; every method raises `ProjectError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.data: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ProjectError(
                f"There is no {path}.",
                hint="Name the project's folder with --project; it needs a pyproject.toml.",
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProjectError(f"{path} is not valid TOML: {error}") from error

    def wrong(self, key: str, problem: str) -> ProjectError:
        example = EXAMPLES.get(key)
        hint = f"For example:\n{_indent(example)}" if example else ""
        return ProjectError(f"{self.path}: {key}: {problem}.", hint=hint)

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        value: Any = self.data
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            value = default
        if value is None or value == "":
            dynamic = self.data.get("project", {}).get("dynamic", ())
            stated = (
                "is dynamic; it has to be stated" if key.split(".")[-1] in dynamic else "is missing"
            )
            raise self.wrong(key, stated)
        if not isinstance(value, kind):
            raise self.wrong(key, f"must be a {kind.__name__}, not {value!r}")
        return value

    def version(self) -> str:
        text = self.get("project.version", str)
        try:
            found = Version(text)
        except InvalidVersion:
            raise self.wrong("project.version", f"{text!r} is not a version (PEP 440)") from None
        if found.epoch > MAX_EPOCH:
            problem = f"the epoch of {text!r} is above {MAX_EPOCH}, dpkg's highest"
            raise self.wrong("project.version", problem)
        return str(found)

    def specifier(self, key: str, default: str) -> str:
        text = self.get(key, str, default)
        try:
            return str(SpecifierSet(text))
        except InvalidSpecifier:
            raise self.wrong(key, f"{text!r} is not a version specifier (PEP 440)") from None

    def convert(self, key: str, kind: type[T]) -> T:
        """A whole table, checked field by field against `kind`."""
        table = self.get(key, dict)
        try:
            return msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            raise self.wrong(*_explain(key, str(error))) from None


def _explain(table: str, message: str) -> tuple[str, str]:
    """msgspec's message -> (key, problem): "Expected `int`, got `str` - at `$.port`"."""
    problem, _, place = message.partition(" - at `$")
    key = table + place.rstrip("`").replace("[...]", "")
    missing = re.search(r"(?:missing required|unknown) field `([^`]+)`", problem)
    if missing:
        return f"{key}.{missing.group(1)}", "is missing" if "missing" in problem else "is not known"
    return key, problem[0].lower() + problem[1:]


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
