"""What a project's build backend says that it requires (PEP 517), for setup.py and setup.cfg too.

The backend is the project's own code: it runs on a copy, in an environment of its own.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement

from shipways.errors import BuildError, LockMismatch
from shipways.project.locks import base, project_table
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.locks.conditions import narrowed
from shipways.project.pyproject import below
from shipways.util import trust
from shipways.util.command import run
from shipways.util.progress import step
from shipways.util.text import read_text

NAMES: Names = ("pyproject.toml", "setup.py", "setup.cfg")
TIMEOUT_S = 900
LEFT = (".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache")
PROGRAM = """\
import json, sys
from build.util import project_wheel_metadata
found = project_wheel_metadata(sys.argv[1], isolated=True)
fields = ("Requires-Dist", "Requires-Python", "Provides-Extra")
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({name: found.get_all(name) or [] for name in fields}, file)
"""


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """A file that a build backend reads: not a setup.cfg that only configures linters."""
    for name in names:
        path = root / name
        if path.is_file() and _is_built(path):
            return path
    return None


def _is_built(path: Path) -> bool:
    if path.suffix == ".toml":
        return below(base.table(path), "build-system") is not None
    return path.suffix == ".py" or "[metadata]" in read_text(path)


def read(path: Path, root: Path, asked: Asked = base.NOTHING) -> Locked:
    """Builds the metadata. Raises `LockMismatch` with what the backend says is wrong."""
    fields = _fields(path, root)
    base.unknown(path, "extra", asked.extras, fields["Provides-Extra"])
    pythons = fields["Requires-Python"]
    groups = project_table.requirements(
        path, {"dependency-groups": _groups(root)}, Asked((), asked.groups)
    )
    return Locked(
        path=path,
        kind="metadata",
        pins=(),
        direct=(*_requires(path, fields["Requires-Dist"], asked.extras), *groups),
        is_complete=False,
        requires_python=pythons[0] if pythons else "",
    )


def _groups(root: Path) -> Any:
    return base.table(root / "pyproject.toml").get("dependency-groups") or {}


def _requires(path: Path, lines: list[str], extras: Names) -> tuple[Requirement, ...]:
    """Those that apply with these extras, which are then no part of their markers."""
    found = []
    for line in lines:
        requirement = base.requirement(path, line)
        left = narrowed(str(requirement.marker or ""), extras)
        if left is not None:
            requirement.marker = Marker(left) if left else None
            found.append(requirement)
    return tuple(found)


def _fields(path: Path, root: Path) -> dict[str, list[str]]:
    with tempfile.TemporaryDirectory() as work, step("metadata from the build backend"):
        copy, made = Path(work, "source"), Path(work, "metadata.json")
        shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT))
        argv: list[str | Path] = [sys.executable, "-c", PROGRAM, copy, made]
        try:
            run(argv, timeout=TIMEOUT_S, cwd=Path(work), env=trust.environment())
        except BuildError as error:
            first = error.message.partition("\n")[0]
            raise LockMismatch(
                f"{path}: its build backend gives no metadata: {first}",
                hint="Name a requirements file or a lock in the configuration:\n"
                '    lock = "requirements.txt"',
                log=error.log,
            ) from None
        found: dict[str, list[str]] = json.loads(read_text(made))
        return found
