"""What is known of an application: its configuration, and of all that it leaves out the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from shipways.errors import ProjectError
from shipways.project import detection, values, variables
from shipways.project.application import ApplicationTable, BuildStep, Variable
from shipways.project.configuration import NAME_IT, Configuration
from shipways.project.detection import Facts
from shipways.project.model import Process
from shipways.project.names import SystemName
from shipways.util.text import read_text

V = TypeVar("V", bound=values.Value)
NOBODY = values.Person("Nobody yet <nobody@localhost.invalid>")
READMES = ("README.md", "README.rst", "README.txt", "README")


@dataclass(frozen=True)
class Origin:
    """Where a value is from: a line of `shipways explain`."""

    key: str
    value: Any
    evidence: str
    todo: str = ""


@dataclass(frozen=True)
class Understood:
    """Everything that is delivered, and how it runs."""

    table: ApplicationTable
    name: SystemName
    version: str
    summary: str
    description: str  # the README's text
    description_type: str  # its media type
    license: str
    homepage: str
    maintainer: values.Person
    requires_python: str
    direct: tuple[str, ...]  # what the project itself asks for, as far as its files say so
    settings: str
    wsgi: str
    asgi: str
    kind: str
    static_url: str
    python_path: tuple[str, ...]
    working_directory: str
    prepare: tuple[tuple[str, ...], ...]
    processes: Mapping[str, Process]
    services: tuple[str, ...]
    environment: tuple[Variable, ...]
    build_steps: tuple[BuildStep, ...]
    origins: tuple[Origin, ...] = field(default=(), compare=False)


class _Reader:
    """Values by key: the configuration's, else what was detected; each notes its origin."""

    def __init__(self, config: Configuration, table: ApplicationTable, facts: Facts) -> None:
        self.config, self.facts = config, facts
        self.table: dict[str, Any] = {
            field.encode_name: getattr(table, field.name) for field in msgspec.structs.fields(table)
        }
        self.origins: list[Origin] = []

    def of(self, key: str, default: Any = None) -> Any:
        """The value of a key, however sure; `default` where nothing says it."""
        stated = key in self.config.table
        fact = self.facts.get(key)
        if stated:
            value, evidence, todo = self.table[key], f"{self.config.path.name}: {key}", ""
        elif fact is not None:
            value, evidence, todo = fact.value, fact.evidence, fact.todo
        else:
            value, evidence, todo = default, "default", ""
        if value not in (None, "", (), {}, []):
            self.origins.append(Origin(key, value, evidence, todo))
        return value

    def text(self, key: str, kind: type[V], default: str = "") -> str:
        """Checked as what it is. Raises `ProjectError` with the key that says it better."""
        value = self.of(key, default)
        if not value:
            return ""
        try:
            return kind(str(value))
        except ValueError as error:
            raise wrong(self.config, key, str(error)) from None


def wrong(config: Configuration, key: str, problem: str) -> ProjectError:
    """An error that names the key, and the file where it is to be said."""
    where = f"[tool.shipways] in {config.path}" if config.key else str(config.path)
    return ProjectError(f"{key}: {problem}.", hint=f"Say it in {where}; see: shipways explain")


def understand(root: Path, config: Configuration, table: ApplicationTable) -> Understood:
    """Detect what the configuration leaves out. Raises `ProjectError` for what is still missing."""
    read = _Reader(config, table, detection.detect(root))
    settings = read.text("settings", values.Module)
    if not settings:
        raise ProjectError(
            f"There is no Django project in {root}: no manage.py and no settings were found.",
            hint=f"{NAME_IT} If this is it, say in {config.path.name}: "
            'settings = "mysite.settings"',
        )
    kind = str(read.of("kind", "wsgi"))
    maintainer = read.of("maintainer", NOBODY)
    description, media_type = _description(root)
    return Understood(
        table=table,
        name=_name(read, config),
        version=read.text("version", values.Version, "0.1.0"),
        summary=read.text("summary", values.Line) or "Web site made with Django",
        description=description,
        description_type=media_type,
        license=read.text("license", values.Licence),
        homepage=_homepage(read),
        maintainer=maintainer if isinstance(maintainer, values.Person) else _person(maintainer),
        requires_python=read.text("requires-python", values.Specifier, ">=3.10"),
        direct=tuple(map(str, read.of("dependencies", ()))),
        settings=settings,
        wsgi=read.text("wsgi", values.ObjectReference),
        asgi=read.text("asgi", values.ObjectReference),
        kind=kind,
        static_url=_static_url(str(read.of("static-url") or "static/")),
        python_path=tuple(read.of("python-path", (".",))),
        working_directory=str(read.of("working-directory", ".")),
        prepare=tuple(map(tuple, read.of("prepare", (("migrate", "--noinput"),)))),
        processes={name: _process(one) for name, one in read.of("processes", {}).items()},
        services=tuple(read.of("services", ())),
        environment=_environment(read, table),
        build_steps=tuple(map(_step, read.of("build-steps", ()))),
        origins=tuple(read.origins),
    )


def _name(read: _Reader, config: Configuration) -> SystemName:
    """The distribution's or folder's name in the form that a system takes."""
    stated = str(read.of("name", "")).lower().replace("_", "-").replace(".", "-").replace(" ", "-")
    try:
        return SystemName(stated)
    except ValueError as error:
        raise wrong(config, "name", str(error)) from None


def _person(text: object) -> values.Person:
    try:
        return values.Person(str(text))
    except ValueError:
        return NOBODY


def _homepage(read: _Reader) -> str:
    urls = {label.lower(): url for label, url in read.facts.value("urls", {}).items()}
    found = next((urls[key] for key in ("homepage", "source", "repository") if key in urls), "")
    return read.text("homepage", values.Url, found)


def _description(root: Path) -> tuple[str, str]:
    """The README, and as what it is shown: markup that nobody has checked is plain text."""
    found = next((root / name for name in READMES if (root / name).is_file()), None)
    if found is None:
        return "", "text/markdown"
    return read_text(found), "text/markdown" if found.suffix == ".md" else "text/plain"


def _static_url(stated: str) -> str:
    """STATIC_URL as Django makes it of the setting: relative ones begin at the root."""
    if not stated.startswith(("/", "http://", "https://")):
        stated = f"/{stated}"
    try:
        return values.StaticUrl(stated)
    except ValueError:
        return "/static/"


def _process(said: Any) -> Process:
    """As the configuration has it, with its command alone or whole; as it was detected."""
    if isinstance(said, Process):
        return said
    if isinstance(said, Mapping):
        return Process(tuple(said["command"]), bool(said.get("one_off")))
    return Process(tuple(said))


def _step(said: Any) -> BuildStep:
    if isinstance(said, BuildStep):
        return said
    return BuildStep(values.Argument(said["command"]), said.get("working-directory", "."))


def _environment(read: _Reader, table: ApplicationTable) -> tuple[Variable, ...]:
    found = list(read.facts.below("environment").values())
    made = variables.merged(table.environment or (), (fact.value for fact in found))
    stated = {one.name for one in table.environment or ()}
    evidence = {str(fact.value["name"]): fact.evidence for fact in found}
    for one in made:
        where = (
            f"{read.config.path.name}: environment" if one.name in stated else evidence[one.name]
        )
        read.origins.append(Origin(f"environment.{one.name}", one.kind, where))
    return made
