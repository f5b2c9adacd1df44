"""Configuration files that a project reads, made from its templates.

A file that is there already is the administrator's, and stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path

from . import state
from .application import Application
from .errors import BadSetting
from .variables import filled


def write(app: Application, folder: Path) -> None:
    """Make those that are not there; `{state}`, `{tree}` and the project's variables filled in."""
    for one in app.files:
        target = Path(filled(one["path"], app, folder))
        if target.exists():
            continue
        try:
            text = (app.tree / one["template"]).read_text("utf-8")
            state.make_directory(target.parent)
            state.create_file(target, _with_variables(filled(text, app, folder), app))
        except FileExistsError:
            pass  # another process was faster
        except OSError as error:
            raise BadSetting(str(target), f"cannot be made: {error.strerror}") from error


def _with_variables(text: str, app: Application) -> str:
    for variable in app.environment:
        name = variable["name"]
        text = text.replace(f"{{{name}}}", os.environ.get(name, ""))
    return text
