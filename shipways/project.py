"""Project: what is shipped, read once from the shipped project's pyproject.toml.

The standard `[project]` table (PEP 621) says most of it; `[tool.shipways]` says what that cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from shipways.pyproject import Pyproject

FILE_NAME = "pyproject.toml"


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
    source = Pyproject(root / FILE_NAME)
    table = source.get("project", dict)
    name = canonicalize_name(source.get("project.name", str))
    tool = _tool_table(source)
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


def _tool_table(source: Pyproject) -> ToolTable:
    tool = source.convert("tool.shipways", ToolTable)
    name, address = parseaddr(tool.maintainer)
    if "@" not in address or not name:
        raise source.wrong(
            "tool.shipways.maintainer", f"{tool.maintainer!r} is no name and address"
        )
    if not 0 < tool.port < 65536:
        raise source.wrong("tool.shipways.port", f"{tool.port} is no port")
    return tool


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
