"""The settings that a delivered project runs with: its own, and over them the environment's.

Each rule gives names with their values and the reason; `application.json` turns single ones off
(`overlay.off`) or sets others (`overlay.set`, where "NAME+" adds to a list, and `{state}` and
`{tree}` in a text are the folders).
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

from ..application import Application
from ..config import Config
from ..errors import BadSetting, one_line
from ..variables import filled
from . import caches, database, email, files, hosts, keys, locale, logs, transport
from .base import Change, Settings, off

RULES = (
    keys.rules,
    hosts.rules,
    transport.rules,
    database.rules,
    files.rules,
    caches.rules,
    logs.rules,
    email.rules,
    locale.rules,
)
# Libraries whose errors say which variable is missing or wrong
READERS = frozenset({"configurations", "decouple", "environ", "environs", "pydantic_core"})


def own(app: Application) -> Settings:
    """The project's settings, by its own module. Raises what that raises.

    A variable that it asks for and that is not there is named (`BadSetting`).
    """
    if app.configuration:
        _configurations(app)
    try:
        module = importlib.import_module(app.settings)
    except KeyError as error:  # os.environ["NAME"]
        name = error.args[0] if error.args else ""
        if not _is_variable(name) or name in os.environ:
            raise
        raise BadSetting(name, f"is not set, and {app.settings} needs it") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in READERS:
            raise
        raise BadSetting(app.settings, one_line(error)) from error
    return {name: getattr(module, name) for name in dir(module) if name.isupper()}


def _is_variable(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier() and name.isupper()


def _configurations(app: Application) -> None:
    """django-configurations turns a class into the module's names while that is imported."""
    importer = importlib.import_module("configurations.importer")
    ours = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    os.environ["DJANGO_SETTINGS_MODULE"] = app.settings
    os.environ.setdefault("DJANGO_CONFIGURATION", app.configuration)
    try:
        importer.install()
        importlib.import_module(app.settings)
    finally:
        os.environ["DJANGO_SETTINGS_MODULE"] = ours


def changes(found: Settings, app: Application, config: Config) -> Iterator[Change]:
    """What is laid over, rule by rule; what is turned off or is so already stays out."""
    for rule in RULES:
        for change in rule(found, app, config):
            if not off(change.name, app) and found.get(change.name, ...) != change.value:
                found[change.name] = change.value
                yield change
    for name, stated in app.overlay.get("set", {}).items():
        value = _filled(stated, app, config)
        own = found.get(name.rstrip("+")) or ()
        made = [*own, *(one for one in value if one not in own)] if name.endswith("+") else value
        found[name.rstrip("+")] = made
        yield Change(name.rstrip("+"), made, "the configuration sets it")


def _filled(value: Any, app: Application, config: Config) -> Any:
    """`{state}` and `{tree}` in texts, however deep."""
    if isinstance(value, str):
        return filled(value, app, config.state)
    if isinstance(value, (list, tuple)):
        return [_filled(one, app, config) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, app, config) for name, one in value.items()}
    return value


def lay_over(app: Application, config: Config) -> dict[str, Any]:
    """All settings, with OVERLAID: name -> reason."""
    found = own(app)
    if app.overlay.get("enabled", True):
        found["OVERLAID"] = {change.name: change.reason for change in changes(found, app, config)}
    return found
