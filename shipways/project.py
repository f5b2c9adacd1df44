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
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # RFC 5646


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An environment variable that the administrator may set, with its default and its meaning."""

    name: str
    help: str
    default: str = ""


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A format's limits; one that is absent does not bind, going over one is exit 1.

    `bytes` is of the artifact, `seconds` of a warm build, `commands` what a person types.
    """

    bytes: int | None = None
    seconds: float | None = None
    commands: int | None = None
    transfer_bytes: int | None = None
    footprint_bytes: int | None = None
    first_response_s: float | None = None
    idle_mib: float | None = None


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How a visitor uses the site, for the lifecycle: `{text}` stands for what is posted.

    The account is made by a management command that reads DJANGO_SUPERUSER_USERNAME, _PASSWORD and
    _EMAIL, as Django's own does.
    """

    post: str  # address of a form that stores something
    fields: dict[str, str]  # what goes into that form
    read: str  # address of a page that shows it again, such as "/?q={text}"
    shown: str  # how it stands there; a search form repeats what it was asked for, so say more
    login: str = "/admin/login/"
    create_user: tuple[str, ...] = ("createsuperuser", "--noinput")


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
    languages: tuple[str, ...] = ()  # that the site offers: others' translations are not shipped
    lock: str = "requirements.lock"
    section: str = "web"
    debian_depends: tuple[str, ...] = ()
    environment: tuple[Setting, ...] = ()
    budget: dict[str, Budget] = {}
    probe: Probe | None = None


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
    repository: str  # that of the source, for links into it
    requires_python: str
    dependencies: tuple[str, ...]
    entry_point: str  # of the command: "package.module:function"
    tool: ToolTable
    is_snapshot: bool = False  # `root` is one: all that lies there is source, and nothing else

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
    urls = source.get("project.urls", dict, {})
    if not (root / tool.lock).is_file():
        raise source.wrong("tool.shipways.lock", f"there is no file {tool.lock!r}")
    return Project(
        root=root,
        name=name,
        version=source.version(),
        summary=source.get("project.description", str),
        description=_readme(root, table.get("readme")),
        license=_license(table.get("license")),
        homepage=_url(urls, "homepage", "source", "repository"),
        repository=_url(urls, "repository", "source", "homepage"),
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
    wrong = next((tag for tag in tool.languages if not LANGUAGE.fullmatch(tag)), "")
    if wrong:
        raise source.wrong("tool.shipways.languages", f"{wrong!r} is no language tag")
    if not 0 < tool.port < 65536:
        raise source.wrong("tool.shipways.port", f"{tool.port} is no port")
    return tool


def _license(value: Any) -> str:
    """SPDX expression (PEP 639), or the older table's text."""
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return str(value or "")


def _url(urls: Mapping[str, str], *labels: str) -> str:
    """The first of the URLs with these well-known labels, however they are written."""
    found = {label.lower().replace(" ", ""): url for label, url in urls.items()}
    return next((found[label] for label in labels if label in found), "")


def _readme(root: Path, value: Any) -> str:
    name = value.get("file") if isinstance(value, dict) else value
    path = root / str(name) if name else None
    return path.read_text(encoding="utf-8") if path and path.is_file() else ""
