"""A pyproject.toml that is read key by key: every error names the file, the key and an example."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from shipways.errors import ProjectError, UsageError
from shipways.util import places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

EXAMPLES = {
    "project": '[project]\nname = "notes"\nversion = "1.0.0"',
    "project.name": 'name = "team-notes"',
    "project.version": 'version = "1.0.0"',
    "project.description": 'description = "Notes that a team shares"',
    "project.readme": 'readme = "README.md"',
    "project.license": 'license = "MIT"',
    "project.requires-python": 'requires-python = ">=3.10"',
    "project.dependencies": 'dependencies = ["django>=4.2"]',
    "project.classifiers": 'classifiers = ["Framework :: Django"]',
    "project.dynamic": 'dynamic = ["classifiers"]',
    "project.scripts": '[project.scripts]\nnotes = "notes.cli:main"',
    "project.urls": '[project.urls]\nHomepage = "https://notes.example.org"',
    "tool.shipways": '[tool.shipways]\nwsgi = "notes.wsgi:application"',
    "tool.shipways.name": 'name = "team-notes"   # of user, folders, packages and service',
    "tool.shipways.wsgi": 'wsgi = "notes.wsgi:application"',
    "tool.shipways.settings": 'settings = "notes.settings"',
    "tool.shipways.state-dir-variable": 'state-dir-variable = "NOTES_STATE_DIR"',
    "tool.shipways.bind-variable": 'bind-variable = "NOTES_BIND"',
    "tool.shipways.maintainer": 'maintainer = "Ada Lovelace <ada@example.org>"',
    "tool.shipways.command": 'command = "notes"   # a name from [project.scripts]',
    "tool.shipways.serve": 'serve = ["serve"]',
    "tool.shipways.migrate": 'migrate = ["migrate", "--noinput"]',
    "tool.shipways.health": 'health = "/healthz"',
    "tool.shipways.about": 'about = "/about"',
    "tool.shipways.port": "port = 8000",
    "tool.shipways.static-files": 'static-files = "own"   # the project serves them itself',
    "tool.shipways.static-url": 'static-url = "/static/"',
    "tool.shipways.languages": 'languages = ["en", "pt-BR"]',
    "tool.shipways.lock": 'lock = "requirements.lock"   # by uv pip compile --generate-hashes',
    "tool.shipways.version": 'version = "1.0.0"',
    "tool.shipways.summary": 'summary = "Notes that a team shares"',
    "tool.shipways.license": 'license = "MIT"',
    "tool.shipways.homepage": 'homepage = "https://notes.example.org"',
    "tool.shipways.requires-python": 'requires-python = ">=3.11"',
    "tool.shipways.dependencies": 'dependencies = ["django~=5.2"]',
    "tool.shipways.extras": 'extras = ["postgres"]   # of [project.optional-dependencies]',
    "tool.shipways.groups": 'groups = ["production"]   # of [dependency-groups]',
    "tool.shipways.configuration": 'configuration = "Production"   # a class in the settings',
    "tool.shipways.asgi": 'asgi = "notes.asgi:application"',
    "tool.shipways.kind": 'kind = "asgi"',
    "tool.shipways.python-path": 'python-path = ["src"]',
    "tool.shipways.working-directory": 'working-directory = "backend"',
    "tool.shipways.include": 'include = ["/frontend/dist/"]   # what a build step made',
    "tool.shipways.exclude": 'exclude = ["/docs/", "*.psd"]',
    "tool.shipways.prepare": 'prepare = [["migrate", "--noinput"], ["createcachetable"]]',
    "tool.shipways.processes": (
        '[tool.shipways.processes]\nworker = { command = ["celery", "-A", "notes", "worker"] }'
    ),
    "tool.shipways.services": 'services = ["postgresql", "redis"]',
    "tool.shipways.overlay": '[tool.shipways.overlay]\noff = ["SECURE_HSTS_SECONDS"]',
    "tool.shipways.directories": 'directories = ["uploads"]   # in the state directory',
    "tool.shipways.build-steps": (
        'build-steps = [{ command = "npm ci && npm run build", working-directory = "ui" }]'
    ),
    "tool.shipways.section": 'section = "web"',
    "tool.shipways.debian-depends": 'debian-depends = ["libmagic1 (>= 5.44)"]',
    "tool.shipways.environment": (
        "[[tool.shipways.environment]]\n"
        'name = "NOTES_HOSTS"\nhelp = "Host names that the site answers to."\ndefault = "localhost"'
    ),
    "tool.shipways.unit": (
        '[tool.shipways.unit]\nProcSubset = { value = "all", why = "psutil reads /proc/meminfo" }'
    ),
    "tool.shipways.budget": "[tool.shipways.budget]\ndeb = { bytes = 2_000_000, commands = 1 }",
    "tool.shipways.probe": (
        '[tool.shipways.probe]\npost = "/notes/new/"\nfields = { title = "{text}" }\n'
        'read = "/?q={text}"\nshown = ">{text}</a>"'
    ),
}


def below(data: Mapping[str, Any], *keys: str) -> Any:
    """What stands in nested tables; None where one of them is missing."""
    found: Any = data
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


class Pyproject:
    """One file. `key` is dotted, such as "project.name"; every method raises `ProjectError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.data: Mapping[str, Any] = tomllib.loads(places.text(path))
        except (FileNotFoundError, NotADirectoryError):
            raise ProjectError(
                f"There is no {path}.",
                hint="Name the project's folder with --project; it needs a pyproject.toml.",
            ) from None
        except UsageError as error:
            raise ProjectError(error.message, hint=error.hint) from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ProjectError(
                f"{path} is not valid TOML: {error}.",
                hint="What it may hold: https://packaging.python.org/specifications/pyproject-toml",
            ) from error

    def wrong(self, key: str, problem: str) -> ProjectError:
        example = _example(key)
        hint = f"For example:\n{_indent(example)}" if example else ""
        return ProjectError(f"{self.path}: {key}: {problem}.", hint=hint)

    def table(self, key: str) -> Any:
        """What stands under a key, "" for all there is; None where nothing does."""
        return below(self.data, *filter(None, key.split(".")))

    def convert(self, key: str, kind: type[T]) -> T:
        """A whole table, checked field by field against `kind`, its types of text included."""
        table = self.table(key)
        if table is None:
            raise self.wrong(key, "is missing")
        try:
            return msgspec.convert(table, kind, dec_hook=_value)
        except msgspec.ValidationError as error:
            raise self.wrong(*_explain(key, str(error), table)) from None


def _value(kind: type[Any], given: object) -> object:
    if not isinstance(given, str):
        raise ValueError(f"expected `str`, got `{type(given).__name__}`")
    return kind(given)


def _explain(key: str, message: str, table: Any) -> tuple[str, str]:
    """msgspec's message -> (key, problem): "Expected `int`, got `str` - at `$.port`"."""
    problem, _, place = message.rpartition(" - at `$")
    problem, place = (problem, place) if problem else (message, "")
    place = (key + place.rstrip("`").replace("[...]", "")).lstrip(".")
    missing = re.search(r"Object (missing required|contains unknown) field `([^`]+)`", problem)
    if not missing:
        return place, problem[:1].lower() + problem[1:]
    name = missing.group(2)
    if missing.group(1) == "contains unknown":
        return f"{place}.{name}".lstrip("."), "is not known"
    dynamic = table.get("dynamic") if isinstance(table, dict) else None
    is_dynamic = isinstance(dynamic, list) and name in dynamic
    said = "is dynamic; it has to be stated" if is_dynamic else "is missing"
    return f"{place}.{name}", said


def _example(key: str) -> str:
    """That of the key itself, or of the table that it is in.

    A file of our own has no `[tool.shipways]`: its keys stand at the top.
    """
    names = re.sub(r"\[\d+\]", "", key).split(".")
    if names[0] not in ("project", "tool"):
        example = EXAMPLES.get(f"tool.shipways.{names[0]}", "")
        return example.replace("tool.shipways.", "").removeprefix("[tool.shipways]\n")
    for size in range(len(names), 1, -1):
        if ".".join(names[:size]) in EXAMPLES:
            return EXAMPLES[".".join(names[:size])]
    return EXAMPLES.get(names[0], "")


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
