"""Project: what is shipped, read once from the shipped project's pyproject.toml.

The standard `[project]` table (PEP 621) says most of it; `[tool.shipways]` says what that cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from shipways.project import hardening, values
from shipways.project.names import CommandName, DistributionName, SystemName, VariableName
from shipways.project.pyproject import Pyproject
from shipways.util import places
from shipways.util.text import read_text

FILE_NAME = "pyproject.toml"
DEFAULT_PORT = 8000
PROCESS = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
V = TypeVar("V", bound=values.Value)
Arguments = Annotated[tuple[values.Argument, ...], msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class ProjectTable(msgspec.Struct, frozen=True, rename="kebab"):
    """`[project]` (PEP 621), of which only this is read; other fields are the build backend's."""

    name: DistributionName
    version: values.Version
    description: values.Line
    readme: str | dict[str, str] = ""
    license: str | dict[str, str] = ""
    requires_python: values.Specifier = values.Specifier(">=3.10")
    dependencies: tuple[values.Requirement, ...] = ()
    classifiers: tuple[values.Line, ...] = ()
    scripts: dict[str, str] = {}
    urls: dict[str, str] = {}
    dynamic: tuple[str, ...] = ()


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An environment variable that the administrator may set, with its default and its meaning."""

    name: VariableName
    """The name, in capitals."""
    help: values.Prose
    """What it means; several lines become one."""
    default: values.Verbatim = values.Verbatim("")
    """What holds where it is not set."""


class Process(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Another process of the project, beside the one that serves."""

    command: Arguments
    """Its command: of an application a program, or `manage` and a management command; of a project
    with a command of its own the arguments of that."""
    one_off: bool = False
    """It ends by itself, such as what releases a version; it is no unit."""


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A format's limits; one that is absent does not bind, going over one is exit 1."""

    bytes: int | None = None
    """Of the artifact."""
    seconds: float | None = None
    """Of a warm build."""
    commands: int | None = None
    """That a person types."""
    transfer_bytes: int | None = None
    """That a clean machine receives."""
    footprint_bytes: int | None = None
    """On disk afterwards."""
    first_response_s: float | None = None
    """From the first command to the first answer, in seconds."""
    idle_mib: float | None = None
    """Of memory, before it is used, in MiB."""


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How a visitor uses the site, for the lifecycle: `{text}` stands for what is posted.

    The account is made by a management command that reads DJANGO_SUPERUSER_USERNAME, _PASSWORD and
    _EMAIL, as Django's own does.
    """

    post: values.ProbePath
    """Address of a form that stores something."""
    fields: dict[str, str]
    """What goes into that form."""
    read: values.ProbePath
    """Address of a page that shows it again, such as "/?q={text}"."""
    shown: str
    """How it stands there; a search form repeats what it was asked for, so say more."""
    login: values.ProbePath = values.ProbePath("/admin/login/")
    """Address of the login form."""
    create_user: Arguments = tuple(map(values.Argument, ("createsuperuser", "--noinput")))
    """Arguments of the management command that makes an account."""


class ToolTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`[tool.shipways]`. Paths are relative to the project's folder."""

    wsgi: values.ObjectReference
    """The WSGI application, `module:attribute`."""
    settings: values.Module
    """The settings module."""
    state_dir_variable: VariableName
    """The variable that names the folder where the project keeps its data."""
    maintainer: values.Person
    """Who answers for the packages: `Name <mail>`."""
    name: SystemName | None = None
    """The name on a system: of user, folders, packages, image. Default: the project's."""
    command: CommandName | None = None
    """The console script that takes every management command. Default: the one that there is."""
    serve: Arguments = (values.Argument("serve"),)
    """Arguments with which the command serves, in the foreground, until SIGTERM."""
    migrate: Arguments = tuple(map(values.Argument, ("migrate", "--noinput")))
    """Arguments with which the command migrates."""
    health: values.UrlPath = values.UrlPath("/healthz")
    """Path of a page that answers 200 when the database can be reached."""
    about: values.OptionalPath = values.OptionalPath("/about")
    """Path of a page that says which version and format this is; "" where there is none."""
    port: Port = DEFAULT_PORT
    """Port that is listened on."""
    bind_variable: VariableName = VariableName("BIND")
    """The variable that names address and port to listen on."""
    static_url: values.StaticUrl = values.StaticUrl("/static/")
    """Path below which static files are served."""
    languages: tuple[values.LanguageTag, ...] = ()
    """Languages that the site offers: translations into others are not shipped. Default: all."""
    lock: values.ProjectPath = values.ProjectPath("requirements.lock")
    """The lock file."""
    section: values.Section = values.Section("web")
    """Debian's archive section."""
    debian_depends: tuple[values.Relation, ...] = ()
    """Debian packages that the packages depend on as well (Debian Policy 7.1)."""
    environment: tuple[Setting, ...] = ()
    """Variables that the administrator may set."""
    processes: dict[str, Process] = {}
    """Other processes that run beside it."""
    unit: dict[str, hardening.Loosened] = {}
    """Directives of the service's unit that confine it less than by default, each with its reason
    (systemd.exec(5)). Compose and Kubernetes loosen what they have for it."""
    budget: dict[str, Budget] = {}
    """Limits, by format."""
    probe: Probe | None = None
    """How a visitor uses the site."""


@dataclass(frozen=True)
class Project:
    """The shipped project. Everything that a format may know of it is here."""

    root: Path
    distribution: DistributionName  # on a package index: of wheel, sdist, lock and metadata
    name: SystemName  # on a system: of user, folders, packages, service and image
    command: CommandName  # the one console script that takes every management command and `serve`
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
    origin: Path | None = None  # the user's folder, where `root` was made of it

    @property
    def maintainer_name(self) -> str:
        return self.tool.maintainer.name

    @property
    def maintainer_email(self) -> str:
        return self.tool.maintainer.address

    @property
    def home(self) -> Path:
        """The folder that a person knows the project by: its history, its dist/."""
        return self.origin or self.root

    @property
    def is_application(self) -> bool:
        """Whether the runtime starts it, for want of a command of its own."""
        return self.origin is not None

    @property
    def lock(self) -> Path:
        return self.root / self.tool.lock

    @property
    def package(self) -> str:
        """The top of the package that the command is in."""
        return self.entry_point.partition(":")[0].partition(".")[0]

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
    root = places.resolved(root)
    source = Pyproject(root / FILE_NAME)
    table = source.convert("project", ProjectTable)
    tool = source.convert("tool.shipways", ToolTable)
    name = tool.name or _name(source, table.name)
    command = tool.command or _value(source, "tool.shipways.command", CommandName, name)
    _check(source, root, tool)
    if command not in table.scripts:
        raise source.wrong("tool.shipways.command", f"{command!r} is not in [project.scripts]")
    entry = table.scripts[command]
    return Project(
        root=root,
        distribution=table.name,
        name=name,
        command=command,
        version=table.version,
        summary=table.description,
        description=_readme(source, table),
        license=_license(source, table),
        homepage=_url(source, table.urls, "homepage", "source", "repository"),
        repository=_url(source, table.urls, "repository", "source", "homepage"),
        requires_python=table.requires_python,
        dependencies=table.dependencies,
        entry_point=_value(source, f"project.scripts.{command}", values.EntryPoint, entry),
        tool=tool,
    )


def _value(source: Pyproject, key: str, kind: type[V], text: str) -> V:
    try:
        return kind(text)
    except ValueError as error:
        raise source.wrong(key, str(error)) from None


def _name(source: Pyproject, distribution: str) -> SystemName:
    """The distribution's, where a system can have it."""
    try:
        return SystemName(distribution)
    except ValueError as error:
        problem = f"is missing, and project.name will not do: {error}"
        raise source.wrong("tool.shipways.name", problem) from None


def _check(source: Pyproject, root: Path, tool: ToolTable) -> None:
    """What concerns several values, or the folder."""
    if not (root / tool.lock).is_file():
        raise source.wrong("tool.shipways.lock", f"there is no file {tool.lock!r}")
    if tool.state_dir_variable == tool.bind_variable:
        problem = f"{tool.bind_variable!r} is the state-dir-variable as well"
        raise source.wrong("tool.shipways.bind-variable", problem)
    wrong = next((name for name in tool.processes if not PROCESS.fullmatch(name)), "")
    if wrong:
        problem = f"{wrong!r} is no name of a process: small letters, digits, single hyphens"
        raise source.wrong("tool.shipways.processes", problem)
    unknown = next((name for name in tool.unit if not hardening.known(name)), "")
    if unknown:
        problem = f"{unknown!r} is no directive that Shipways sets or may loosen"
        raise source.wrong("tool.shipways.unit", problem)
    names = [setting.name for setting in tool.environment]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise source.wrong("tool.shipways.environment", f"{twice!r} stands there twice")


def _license(source: Pyproject, table: ProjectTable) -> str:
    """SPDX expression (PEP 639); of the older table its first line, else what a classifier says."""
    stated = table.license
    if isinstance(stated, dict):
        labels = [one.split(" :: ")[-1] for one in table.classifiers if one.startswith("License")]
        lines = [*stated.get("text", "").strip().splitlines(), *labels, ""]
        stated = lines[0]
    return _value(source, "project.license", values.Licence, stated)


def _url(source: Pyproject, urls: Mapping[str, str], *labels: str) -> str:
    """The first of the URLs with these well-known labels, however they are written."""
    known = {label.lower().replace(" ", ""): label for label in urls}
    label = next((known[label] for label in labels if label in known), "")
    if not label:
        return ""
    return _value(source, f"project.urls.{label}", values.Url, urls[label])


def _readme(source: Pyproject, table: ProjectTable) -> str:
    stated = table.readme if isinstance(table.readme, dict) else {"file": table.readme}
    path = source.path.parent / stated.get("file", "")
    if not path.resolve().is_relative_to(source.path.parent):
        raise source.wrong("project.readme", f"{stated['file']!r} is outside of the project")
    return read_text(path) if path.is_file() else stated.get("text", "")
