"""What is delivered, as application.json beside this package says it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

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
    python_path: tuple[str, ...] = (".",)
    working_directory: str = "."
    prepare: tuple[tuple[str, ...], ...] = (("migrate", "--noinput"),)
    processes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> command
    environment: tuple[Mapping[str, Any], ...] = ()
    overlay: Mapping[str, Any] = field(default_factory=dict)  # "off": names, "set": name -> value
    directories: tuple[str, ...] = ()  # below the state directory
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
    """application.json as data. Raises ValueError for another schema."""
    given = json.loads(text)
    if given.pop("schema", SCHEMA) != SCHEMA:
        raise ValueError(f"application.json is not of schema {SCHEMA}")
    known = {one.name for one in fields(Application)}
    return Application(**{name: _frozen(value) for name, value in given.items() if name in known})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


@functools.cache
def current() -> Application:
    """The application that this copy of the runtime was delivered with."""
    return read((HOME / "application.json").read_text("utf-8"))
