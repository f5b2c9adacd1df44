"""Project: what is shipped, read once from the shipped project's pyproject.toml.

The standard `[project]` table (PEP 621) says most of it; `[tool.shipways]` says what that cannot.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from shipways.errors import ProjectError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "pyproject.toml"
T = TypeVar("T")


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An environment variable that the administrator may set, with its default and its meaning."""

    name: str
    help: str
    default: str = ""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one format; going over one is exit 1."""

    bytes: int | None = None
    seconds: float | None = None
    commands: int | None = None


class ToolTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`[tool.shipways]`. Paths are relative to the project's folder."""

    wsgi: str
    settings: str
    state_dir_variable: str
    maintainer: str
    command: str = ""
    serve: tuple[str, ...] = ("serve",)
    migrate: tuple[str, ...] = ("migrate", "--noinput")
    health: str = "/healthz"
    about: str = "/about"
    port: int = 8000
    bind_variable: str = "BIND"
    static: str = ""
    static_url: str = "/static/"
    lock: str = "requirements.lock"
    section: str = "web"
    debian_depends: tuple[str, ...] = ()
    environment: tuple[Setting, ...] = ()
    budget: dict[str, Budget] = {}


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
}


@dataclass(frozen=True)
class Project:
    """The shipped project. Everything that a format may know of it is here."""

    root: Path
    name: str  # normalized (PEP 503)
    version: str
    summary: str
    description: str  # the README's text
    license: str
    homepage: str
    requires_python: str
    dependencies: tuple[str, ...]
    entry_point: str  # of the command: "package.module:function"
    tool: ToolTable

    @property
    def command(self) -> str:
        """The one console script that takes every management command and `serve`."""
        return self.tool.command or self.name

    @property
    def minimum_python(self) -> str:
        """Lowest Python that `requires-python` admits, such as "3.10"."""
        found = re.search(r">=?\s*(\d+\.\d+)", self.requires_python)
        return found.group(1) if found else "3.10"

    @property
    def maintainer_name(self) -> str:
        return parseaddr(self.tool.maintainer)[0]

    @property
    def maintainer_email(self) -> str:
        return parseaddr(self.tool.maintainer)[1]

    @property
    def lock(self) -> Path:
        return self.root / self.tool.lock

    @property
    def settings_file(self) -> str:
        """Where the administrator's settings stand on a target."""
        return f"/etc/{self.name}/{self.name}.env"

    @property
    def state_dir(self) -> str:
        """Where the data stands on a target."""
        return f"/var/lib/{self.name}"


def load(root: Path) -> Project:
    """Read `root`/pyproject.toml. Raises `ProjectError` with the file, the key and an example."""
    root = root.resolve()
    source = _Source(root / FILE_NAME)
    table = source.get("project", dict)
    name = canonicalize_name(source.get("project.name", str))
    tool = source.tool_table()
    scripts = source.get("project.scripts", dict, {})
    command = tool.command or name
    if command not in scripts:
        raise source.wrong("tool.shipways.command", f"{command!r} is not in [project.scripts]")
    if not (root / tool.lock).is_file():
        raise source.wrong("tool.shipways.lock", f"there is no file {tool.lock!r}")
    return Project(
        root=root,
        name=name,
        version=source.version(),
        summary=source.get("project.description", str),
        description=_readme(root, table.get("readme")),
        license=_license(table.get("license")),
        homepage=_homepage(source.get("project.urls", dict, {})),
        requires_python=source.specifier("project.requires-python", ">=3.10"),
        dependencies=tuple(source.get("project.dependencies", list, [])),
        entry_point=scripts[command],
        tool=tool,
    )


class _Source:
    """A pyproject.toml whose every error names the file, the key and an example."""

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
            return str(Version(text))
        except InvalidVersion:
            raise self.wrong("project.version", f"{text!r} is not a version (PEP 440)") from None

    def specifier(self, key: str, default: str) -> str:
        text = self.get(key, str, default)
        try:
            return str(SpecifierSet(text))
        except InvalidSpecifier:
            raise self.wrong(key, f"{text!r} is not a version specifier (PEP 440)") from None

    def tool_table(self) -> ToolTable:
        table = self.get("tool.shipways", dict)
        try:
            tool = msgspec.convert(table, ToolTable)
        except msgspec.ValidationError as error:
            raise self.wrong(*_explain(str(error))) from None
        if "@" not in parseaddr(tool.maintainer)[1] or not parseaddr(tool.maintainer)[0]:
            raise self.wrong(
                "tool.shipways.maintainer", f"{tool.maintainer!r} is no name and address"
            )
        if not 0 < tool.port < 65536:
            raise self.wrong("tool.shipways.port", f"{tool.port} is no port")
        return tool


def _explain(message: str) -> tuple[str, str]:
    """msgspec's message -> (key, problem): "Expected `int`, got `str` - at `$.port`"."""
    problem, _, place = message.partition(" - at `$")
    key = "tool.shipways" + place.rstrip("`").replace("[...]", "")
    missing = re.search(r"(?:missing required|unknown) field `([^`]+)`", problem)
    if missing:
        return f"{key}.{missing.group(1)}", "is missing" if "missing" in problem else "is not known"
    return key, problem[0].lower() + problem[1:]


def _license(value: Any) -> str:
    """SPDX expression (PEP 639), or the older table's text."""
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return str(value or "")


def _homepage(urls: Mapping[str, str]) -> str:
    by_label = {label.lower(): url for label, url in urls.items()}
    wanted = ("homepage", "source", "repository")
    return next((by_label[label] for label in wanted if label in by_label), "")


def _readme(root: Path, value: Any) -> str:
    name = value.get("file") if isinstance(value, dict) else value
    path = root / str(name) if name else None
    return path.read_text(encoding="utf-8") if path and path.is_file() else ""


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
