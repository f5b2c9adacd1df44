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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pathspec
import tomlkit

from shipways.project import runtime_settings, source_tree
from shipways.project.application import Variable
from shipways.project.configuration import LOCK, OWN_FILE
from shipways.project.understood import Understood
from shipways.util import runtime

LOCK_NAME = "requirements.lock"
NOT_SHIPPED = (f"/{LOCK}", f"/{OWN_FILE}", "/dist/")
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


def write(app: Understood, root: Path, folder: Path, lock: str) -> None:
    """Write the tree into the empty `folder`; `root` is the project's, `lock` hashed pins."""
    inner = folder / package(app.name)
    inner.mkdir(parents=True)
    shutil.copytree(
        runtime.SOURCES, inner / "runtime", ignore=shutil.ignore_patterns("__pycache__")
    )
    _payload(app, root, inner / "tree")
    (inner / "__init__.py").write_text(f'"""{app.name}, delivered."""\n', "utf-8")
    for name, text in MODULES.items():
        (inner / f"{name}.py").write_text(text, "utf-8")
    stated = json.dumps(application(app), indent=1, sort_keys=True, ensure_ascii=False)
    (inner / "application.json").write_text(stated + "\n", "utf-8")
    (folder / "README.md").write_text(app.description or f"# {app.name}\n", "utf-8")
    (folder / LOCK_NAME).write_text(lock, "utf-8")
    (folder / "pyproject.toml").write_text(tomlkit.dumps(pyproject(app)), "utf-8")


def _payload(app: Understood, root: Path, tree: Path) -> None:
    """What Git tracks but what is excluded, and what is included besides."""
    source_tree.snapshot(root, tree)
    for pattern, keep in ((app.table.include, True), ((*NOT_SHIPPED, *app.table.exclude), False)):
        spec = pathspec.GitIgnoreSpec.from_lines(pattern)
        if keep:
            _add(spec, root, tree)
            continue
        for name in list(spec.match_tree_files(tree)):
            (tree / name).unlink()
    for folder in sorted(tree.rglob("*"), reverse=True):
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            folder.rmdir()


def _add(spec: pathspec.GitIgnoreSpec, root: Path, tree: Path) -> None:
    for name in spec.match_tree_files(root) if spec.patterns else ():
        target = tree / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)


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
        "processes": {name: list(command) for name, command in app.processes.items()},
        "environment": [msgspec.to_builtins(one) for one in app.environment],
        "overlay": msgspec.to_builtins(table.overlay),
        "directories": list(table.directories),
        "static": table.static,
    }
    return {
        key: [_said(one) for one in value] if key == "environment" else value
        for key, value in stated.items()
        if value not in ("", [], {})
    }


def _said(variable: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variable.items() if value not in (None, False)}


def pyproject(app: Understood) -> dict[str, Any]:
    """pyproject.toml of the tree, as of a project with a command of its own."""
    table, module = app.table, package(app.name)
    prefix = runtime_settings.prefix(app.name)
    project: dict[str, Any] = {
        "name": app.name,
        "version": app.version,
        "description": app.summary,
        "readme": "README.md",
        "requires-python": app.requires_python,
        "dependencies": list(app.dependencies),
        "scripts": {app.name: f"{module}.command:main"},
    }
    if app.license:
        project["license"] = app.license
    if app.homepage:
        project["urls"] = {"Homepage": app.homepage}
    tool: dict[str, Any] = {
        "name": app.name,
        "command": app.name,
        "wsgi": f"{module}.wsgi:application",
        "settings": f"{module}.runtime.overlay.settings",
        "state-dir-variable": f"{prefix}STATE_DIR",
        "bind-variable": f"{prefix}BIND",
        "health": "/-/health",
        "about": "",
        "maintainer": str(app.maintainer),
        "port": table.port,
        "static-url": app.static_url,
        "lock": LOCK_NAME,
        "section": str(table.section),
        "environment": [_row(one) for one in _settings(app)],
    }
    optional = {
        "languages": list(map(str, table.languages)),
        "debian-depends": list(map(str, table.debian_depends)),
        "unit": msgspec.to_builtins(table.unit),
        "budget": {name: _said(msgspec.to_builtins(one)) for name, one in table.budget.items()},
    }
    tool |= {key: value for key, value in optional.items() if value}
    if table.probe:
        tool["probe"] = msgspec.to_builtins(table.probe)
    return {
        "build-system": {"requires": ["hatchling>=1.27"], "build-backend": "hatchling.build"},
        "project": project,
        "tool": {
            "hatch": {"build": {"ignore-vcs": True, "targets": {"wheel": {"packages": [module]}}}},
            "shipways": tool,
        },
    }


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
