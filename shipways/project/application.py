"""What an application says of itself: a Django project without a command of its own.

The same keys stand in pyproject.toml's `[tool.shipways]`, in shipways.toml, or in the file that
`--config` names. All of them can be left out: what is not said is detected.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from shipways.project import hardening, values
from shipways.project.model import DEFAULT_PORT, Arguments, Budget, Port, Probe, Process
from shipways.project.names import SystemName, VariableName


class Variable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An environment variable of the project, and where its value comes from.

    Of `value`, `default`, `secret` and `required` at most one is said; with none of them the
    administrator may set it. `{state}` and `{tree}` in a value are the application's folders.
    """

    name: VariableName
    """The name, in capitals."""
    value: values.Verbatim | None = None
    """What it always is."""
    default: values.Verbatim | None = None
    """What holds where the administrator does not set it."""
    secret: bool = False
    """Made once for each installation, and kept in its state directory."""
    required: bool = False
    """The site does not start before the administrator has set it, and says so."""
    help: values.Prose = values.Prose("Of the project itself")
    """What it means, for the administrator."""

    @property
    def kind(self) -> str:
        """Where its value comes from, in words."""
        if self.value is not None:
            return f"is {self.value}"
        if self.default is not None:
            return f"is {self.default}, if nothing else is set"
        return "made once" if self.secret else "required" if self.required else "may be set"


class BuildStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A command that makes files before packaging."""

    command: values.Argument
    """A line, as it is typed."""
    working_directory: str = "."
    """Where."""


class Overlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the runtime lays over the project's own settings."""

    enabled: bool = True
    """Whether it lays anything over them."""
    off: tuple[str, ...] = ()
    """Names of settings that stay as the project has them."""
    set: dict[str, Any] = {}
    """Settings and their values; `NAME+` adds to a list."""


class ApplicationTable(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """`[tool.shipways]` of an application. Paths are relative to the project's folder."""

    name: SystemName | None = None
    """The name on a system: of user, folders, packages, image. Default: the project's."""
    version: values.Version | None = None
    """The version. Default: that of `[project]`, of the code, of Git's newest tag."""
    summary: values.Line | None = None
    """What it is, on one line."""
    license: values.Licence | None = None
    """SPDX expression (PEP 639)."""
    homepage: values.Url | None = None
    """Where people read about it."""
    maintainer: values.Person | None = None
    """Who answers for the packages: `Name <mail>`."""
    requires_python: values.Specifier | None = None
    """Pythons that it runs on."""
    dependencies: tuple[values.Requirement, ...] | None = None
    """What it needs (PEP 508), where the project states that nowhere."""
    settings: values.Module | None = None
    """The settings module."""
    configuration: str | None = None
    """The class in it, where django-configurations is used."""
    wsgi: values.ObjectReference | None = None
    """The WSGI application, `module:attribute`."""
    asgi: values.ObjectReference | None = None
    """The ASGI application, `module:attribute`."""
    kind: Literal["wsgi", "asgi"] | None = None
    """Which of the two is served: by gunicorn or by uvicorn."""
    python_path: tuple[str, ...] | None = None
    """Folders that modules are imported from."""
    working_directory: str | None = None
    """The folder in which its commands run."""
    lock: values.ProjectPath | None = None
    """The lock or requirements file that says what it depends on. Default: the one there is."""
    extras: tuple[str, ...] = ()
    """Extras of the project (PEP 621) that are installed as well."""
    groups: tuple[str, ...] = ()
    """Groups of dependencies (PEP 735) that are installed as well."""
    exclude: tuple[str, ...] = ()
    """Patterns of .gitignore: files that are tracked and not shipped."""
    include: tuple[str, ...] = ()
    """Patterns of .gitignore: files that are shipped though Git does not track them."""
    prepare: tuple[Arguments, ...] | None = None
    """Management commands before a version serves. Default: migrate."""
    processes: dict[str, Process | Arguments] | None = None
    """Other processes by their names, each with its command."""
    services: tuple[str, ...] | None = None
    """What it needs beside it: postgresql, mysql, redis, rabbitmq, memcached."""
    environment: tuple[Variable, ...] | None = None
    """Environment variables of the project itself."""
    overlay: Overlay = Overlay()
    """What is laid over its settings."""
    directories: tuple[str, ...] = ()
    """Folders that are made in the state directory before it serves."""
    health: values.UrlPath = values.UrlPath("/-/health")
    """Path of the page that the runtime answers below the application: 200 or 503."""
    static_files: Literal["collect", "own", "none"] = "collect"
    """Static files: collected and served by the runtime, by the project itself, or none."""
    static_url: values.StaticUrl | None = None
    """Path below which static files are served. Default: as the settings say."""
    languages: tuple[values.LanguageTag, ...] = ()
    """Languages that the site offers: translations into others are not shipped. Default: all."""
    port: Port = DEFAULT_PORT
    """Port that is listened on."""
    section: values.Section = values.Section("web")
    """Debian's archive section."""
    debian_depends: tuple[values.Relation, ...] = ()
    """Debian packages that the packages depend on as well (Debian Policy 7.1)."""
    unit: dict[str, hardening.Loosened] = {}
    """Directives of the service's unit that confine it less than by default, each with its reason
    (systemd.exec(5))."""
    build_steps: tuple[BuildStep, ...] | None = None
    """Commands that make files before packaging; what they make has to be in `include`."""
    budget: dict[str, Budget] = {}
    """Limits, by format."""
    probe: Probe | None = None
    """How a visitor uses the site, for `shipways verify`."""
