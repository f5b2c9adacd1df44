"""The environment that a project is given, the same in every format.

application.json says of each variable one of: its `value`, its `default`, `secret` (made once and
kept in the state directory), or `required` (the administrator has to set it). `{state}` and
`{tree}` in a value are the folders.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import state
from .application import Application
from .config import Config
from .errors import BadSetting

# What the project may read itself, under its usual name, where the prefixed one is set
SHARED = ("SECRET_KEY", "DATABASE_URL")


def apply(app: Application, config: Config) -> None:
    """Set what is not set. Raises `BadSetting` naming a required variable that is missing."""
    for name in SHARED:
        value = config.environment.secret(name)
        if value:
            os.environ[name] = value
            for file in (f"{name}_FILE", f"{app.prefix}{name}_FILE"):
                os.environ.pop(file, None)
    for variable in app.environment:
        name = variable["name"]
        if "value" in variable:
            os.environ[name] = filled(variable["value"], app, config.state)
        elif not os.environ.get(name, "").strip():
            _default(name, variable, app, config.state)


def _default(name: str, variable: Mapping[str, Any], app: Application, folder: Path) -> None:
    if variable.get("secret"):
        os.environ[name] = state.secret(folder / "secrets" / name, secrets.token_urlsafe)
    elif variable.get("required"):
        meaning = f" ({variable['help']})" if variable.get("help") else ""
        where = f"set it in /etc/{app.name}/{app.name}.env or in the environment"
        raise BadSetting(name, f"is not set{meaning}; {where}")
    elif "default" in variable:
        os.environ[name] = filled(variable["default"], app, folder)


def filled(text: str, app: Application, folder: Path) -> str:
    """A value with the folders in it."""
    return text.replace("{state}", str(folder)).replace("{tree}", str(app.tree))
