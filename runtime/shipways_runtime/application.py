"""What is delivered, as application.json beside this package says it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .errors import BadSetting

SCHEMA = 1
HOME = Path(__file__).resolve().parent.parent  # the package shipways_NAME
PACKAGE = __package__ or ""  # shipways_NAME.runtime


@dataclass(frozen=True)
class Application:
    """A project and how it runs. Paths are relative to its tree."""

    name: str
    version: str
    settings: str  # the project's own settings module
    configuration: str = ""  # its class, where django-configurations is used
    wsgi: str = ""  # "module:attribute"; "" for Django's own handler
    asgi: str = ""
    kind: str = "wsgi"  # or asgi
    server: tuple[str, ...] = ()  # a command of the project's own, instead of gunicorn or uvicorn
    python_path: tuple[str, ...] = (".",)
    working_directory: str = "."
    prepare: tuple[tuple[str, ...], ...] = (("migrate", "--noinput"),)
    processes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> command
    environment: tuple[Mapping[str, Any], ...] = ()
    overlay: Mapping[str, Any] = field(default_factory=dict)  # "off": names, "set": name -> value
    directories: tuple[str, ...] = ()  # below the state directory
    files: tuple[Mapping[str, str], ...] = ()  # "path", and "template" below the tree
    health: str = "/-/health"
    about: str = "/-/about"
    static: str = "collect"  # or "own": the project serves them itself; "none"

    @property
    def prefix(self) -> str:
        """Of its environment variables: NAME in capitals, with "_"."""
        return self.name.upper().replace("-", "_").replace(".", "_") + "_"

    @property
    def tree(self) -> Path:
        """Where the project's files are, as they lie in its repository."""
        return HOME / "tree"

    @property
    def folder(self) -> Path:
        """The working directory."""
        return self.tree / self.working_directory

    @property
    def paths(self) -> list[str]:
        """What goes in front on Python's path."""
        return [str((self.tree / path).resolve()) for path in self.python_path]


def read(text: str) -> Application:
    """application.json as data. Raises ValueError where it is not that, or of another schema."""
    given = json.loads(text)
    if not isinstance(given, dict) or given.pop("schema", SCHEMA) != SCHEMA:
        raise ValueError(f"is not of schema {SCHEMA}")
    known = {one.name for one in fields(Application)}
    lacking = sorted({"name", "version", "settings"} - set(given))
    if lacking:
        raise ValueError(f"lacks {lacking[0]!r}")
    made = {name: _frozen(value) for name, value in given.items() if name in known}
    if isinstance(made.get("server"), str):  # the name of the one that `kind` has anyway
        del made["server"]
    if "processes" in made:
        made["processes"] = {name: _command(one) for name, one in made["processes"].items()}
    return Application(**made)


def _command(process: Any) -> tuple[str, ...]:
    """Of a process: a list, or an object that has one."""
    words = process.get("command", ()) if isinstance(process, dict) else process
    return tuple(words)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


@functools.cache
def current() -> Application:
    """The application that this copy of the runtime was delivered with."""
    path = HOME / "application.json"
    try:
        return read(path.read_text("utf-8"))
    except (OSError, ValueError, TypeError) as error:
        raise BadSetting(str(path), getattr(error, "strerror", None) or str(error)) from error


def name() -> str:
    """What it is called, also where application.json cannot be read."""
    try:
        return current().name
    except BadSetting:
        return HOME.name
