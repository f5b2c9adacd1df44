"""The source tree that is built for an application: its files as they lie, and the runtime.

    pyproject.toml  requirements.lock  README.md
    shipways_NAME/  __init__.py  command.py  wsgi.py  asgi.py  application.json
        runtime/    the runtime's modules
        tree/       the project's own files

Its wheel is the one that every format is made from. Nothing is installed under a name that another
project could have.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tomlkit

from shipways.project import payload, runtime_settings
from shipways.project.application import Variable
from shipways.project.locking import Resolved
from shipways.project.understood import Understood
from shipways.util import runtime

LOCK_NAME = "requirements.lock"
LICENCES = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")  # as PEP 639 has them by default
TOOLS = {".DS_Store", ".git", ".hatch", ".hg", ".mypy_cache", ".nox", ".pixi", ".pytest_cache",
         ".ruff_cache", ".tox", ".venv"}  # fmt: skip
MODULES = {
    "command": '"""The command."""\n\nfrom .runtime.command import main\n\n__all__ = ["main"]\n',
    "wsgi": (
        '"""The WSGI application, for any server."""\n\nfrom .runtime import setup, web\n\n'
        "setup.prepare()\napplication = web.application()\n"
    ),
    "asgi": (
        '"""The ASGI application, for any server."""\n\nfrom .runtime import asgi_server, setup\n\n'
        "setup.prepare()\napplication = asgi_server.application()\n"
    ),
}


def package(name: str) -> str:
    """The one name that is imported: "my-site" -> "shipways_my_site".

    >>> package("my-site")
    'shipways_my_site'
    """
    return f"shipways_{name.replace('-', '_').replace('.', '_')}"


def write(app: Understood, root: Path, folder: Path, resolved: Resolved) -> None:
    """Write the tree into the empty `folder`; `root` is the project's."""
    inner = folder / package(app.name)
    inner.mkdir(parents=True)
    shutil.copytree(
        runtime.SOURCES, inner / "runtime", ignore=shutil.ignore_patterns("__pycache__")
    )
    payload.write(root, inner / "tree", app.table.include, app.table.exclude)
    (inner / "__init__.py").write_text(f'"""{app.name}, delivered."""\n', "utf-8")
    for name, text in MODULES.items():
        (inner / f"{name}.py").write_text(text, "utf-8")
    described = json.dumps(application(app), indent=1, sort_keys=True, ensure_ascii=False)
    (inner / "application.json").write_text(described + "\n", "utf-8")
    (folder / "README.md").write_text(app.description or f"# {app.name}\n", "utf-8")
    (folder / LOCK_NAME).write_text(resolved.lock, "utf-8")
    for path in sorted(path for pattern in LICENCES for path in root.glob(pattern)):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    stated = tomlkit.dumps(pyproject(app, resolved.requirements, _left_out(folder, inner)))
    (folder / "pyproject.toml").write_text(stated, "utf-8")


def _left_out(folder: Path, inner: Path) -> dict[str, str]:
    """Files that hatchling takes only by their names: those in folders that tools write to.

    https://hatch.pypa.io/latest/config/build/#default-file-selection
    """
    return {
        name: name
        for path in sorted(inner.rglob("*"))
        if path.is_file() and TOOLS.intersection(path.relative_to(inner).parts)
        for name in (path.relative_to(folder).as_posix(),)
    }


def application(app: Understood) -> dict[str, Any]:
    """application.json, which the runtime reads."""
    table = app.table
    stated: dict[str, Any] = {
        "schema": 1,
        "name": app.name,
        "version": app.version,
        "settings": app.settings,
        "configuration": table.configuration or "",
        "wsgi": app.wsgi,
        "asgi": app.asgi,
        "kind": app.kind,
        "python_path": list(app.python_path),
        "working_directory": app.working_directory,
        "prepare": [list(command) for command in app.prepare],
        "processes": {name: list(one.command) for name, one in app.processes.items()},
        "environment": _variables(app),
        "overlay": _plain(table.overlay),
        "directories": list(table.directories),
        "health": str(table.health),
        "static": table.static_files,
    }
    return {key: value for key, value in stated.items() if value not in ("", [], {})}


def _variables(app: Understood) -> list[dict[str, Any]]:
    """Those that the runtime has something to do for."""
    rows = [_said(_plain(one)) for one in app.environment]
    return [row for row in rows if row.keys() & {"value", "default", "secret", "required"}]


def _plain(value: Any) -> Any:
    """As TOML and JSON say it: texts of a kind are texts."""
    return msgspec.to_builtins(value, enc_hook=str)


def _said(variable: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variable.items() if value not in (None, False)}


def pyproject(
    app: Understood, requirements: Sequence[str], named: Mapping[str, str]
) -> dict[str, Any]:
    """pyproject.toml of the tree, as of a project with a command of its own.

    `named` are files that the build backend would leave out by itself: path -> path in the wheel.
    """
    return {
        "build-system": {"requires": ["hatchling>=1.27"], "build-backend": "hatchling.build"},
        "project": _project(app, requirements),
        "tool": {
            "hatch": {"build": {"ignore-vcs": True, "targets": _targets(app, named)}},
            # The tree is data: its modules are imported from where they lie, not from here.
            "check-wheel-contents": {"ignore": ["W002", "W004"]},
            "shipways": {**_required(app), **_optional(app)},
        },
    }


def _project(app: Understood, requirements: Sequence[str]) -> dict[str, Any]:
    """`[project]` (PEP 621)."""
    stated: dict[str, Any] = {
        "name": app.name,
        "version": app.version,
        "description": app.summary,
        "readme": {"file": "README.md", "content-type": app.description_type},
        "requires-python": app.requires_python,
        "dependencies": list(requirements),
        "scripts": {app.name: f"{package(app.name)}.command:main"},
    }
    if app.license:
        stated["license"] = app.license
    if app.homepage:
        stated["urls"] = {"Homepage": app.homepage}
    return stated


def _required(app: Understood) -> dict[str, Any]:
    """`[tool.shipways]`, as far as every application has it."""
    table, module = app.table, package(app.name)
    prefix = runtime_settings.prefix(app.name)
    return {
        "name": app.name,
        "command": app.name,
        "wsgi": f"{module}.wsgi:application",
        "settings": f"{module}.runtime.overlay.settings",
        "state-dir-variable": f"{prefix}STATE_DIR",
        "bind-variable": f"{prefix}BIND",
        "health": str(table.health),
        "about": "",
        "maintainer": str(app.maintainer),
        "port": table.port,
        "static-url": app.static_url,
        "lock": LOCK_NAME,
        "section": str(table.section),
        "environment": [_row(one) for one in _settings(app)],
    }


def _optional(app: Understood) -> dict[str, Any]:
    """`[tool.shipways]`, what is said only where there is something to say."""
    table = app.table
    stated = {
        "languages": list(map(str, table.languages)),
        "debian-depends": list(map(str, table.debian_depends)),
        "processes": {
            name: {"command": ["process", name]}
            for name, process in app.processes.items()
            if not process.one_off
        },
        "unit": _plain(table.unit),
        "budget": {name: _said(_plain(one)) for name, one in table.budget.items()},
        "probe": _plain(table.probe),
    }
    return {key: value for key, value in stated.items() if value}


def _targets(app: Understood, named: Mapping[str, str]) -> dict[str, Any]:
    force = {"force-include": dict(named)} if named else {}
    return {"wheel": {"packages": [package(app.name)], **force}, "sdist": force}


def _settings(app: Understood) -> Iterator[tuple[str, str, str]]:
    rows = runtime_settings.rows(app.name, app.table.port)
    yield from ((row.name, row.default, row.help) for row in rows)
    known = {row.name for row in rows}
    for variable in app.environment:
        if variable.value is None and variable.name not in known:
            yield variable.name, variable.default or "", _help(variable)


def _help(variable: Variable) -> str:
    if variable.required:
        return f"Required: {variable.help}"
    return f"Unset: made once. {variable.help}" if variable.secret else str(variable.help)


def _row(row: Sequence[str]) -> dict[str, str]:
    name, default, text = row
    return {"name": name, "default": default, "help": text}
