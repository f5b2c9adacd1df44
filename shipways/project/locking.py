"""shipways.lock: what an application needs, locked by uv for every Python that is promised.

The file is a pylock.toml (PEP 751), kept beside the configuration: commit it. What it was made for
stands in its `[tool.shipways]`, so that a lock that is older than its requirements is seen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch, ProjectError
from shipways.project.pyproject import Pyproject
from shipways.project.python_versions import Pythons
from shipways.util import trust
from shipways.util.command import run
from shipways.util.progress import step
from shipways.util.text import read_text

TIMEOUT_S = 600
SERVERS = {"wsgi": ("gunicorn>=23",), "asgi": ("uvicorn>=0.34", "websockets>=13")}
ALWAYS = ("whitenoise>=6.6",)
DRIVERS = ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg-c")
AGAIN = "Remove {}, and build again: it is made anew."


def complete(direct: Sequence[str], kind: str) -> tuple[str, ...]:
    """The project's requirements, and those of the runtime that it does not have itself.

    The driver for PostgreSQL is for the stack, and for whoever sets DATABASE_URL.
    """
    names = {canonicalize_name(Requirement(line).name) for line in direct}
    wanted = [*SERVERS[kind], *ALWAYS, *(() if names & {*DRIVERS} else ("psycopg>=3.1.8",))]
    more = (line for line in wanted if canonicalize_name(Requirement(line).name) not in names)
    return (*direct, *more)


def requirements(direct: Sequence[str], requires_python: str, path: Path) -> str:
    """The lock at `path` as pip's hashed requirements; made there where there is none.

    Raises `LockMismatch` for a lock that was made for other requirements, `ProjectError` where
    they cannot be locked.
    """
    asked = {"requirements": sorted(direct), "requires-python": requires_python}
    if not path.is_file():
        _lock(direct, requires_python, path, asked)
    data = Pyproject(path).data
    _check(data, asked, path)
    return "".join(_lines(data, path))


def _lock(direct: Sequence[str], requires_python: str, path: Path, asked: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, step(f"locking, into {path.name}"):
        wanted, made = Path(folder, "requirements.in"), Path(folder, "pylock.toml")
        wanted.write_text("\n".join(direct) + "\n", encoding="utf-8")
        oldest = Pythons(requires_python).minors[0]
        run(
            [
                *("uv", "pip", "compile", "--universal", "--fork-strategy=fewest", "--no-header"),
                *("--format=pylock.toml", f"--python-version={oldest}", f"--output-file={made}"),
                *("--no-sources", "--quiet", wanted),
            ],
            timeout=TIMEOUT_S,
            env=trust.environment(),
            cwd=Path(folder),
        )
        document: Any = tomlkit.parse(read_text(made))
        document["tool"] = {"shipways": asked}
        path.write_text(tomlkit.dumps(document), "utf-8")


def _check(data: Any, asked: dict[str, Any], path: Path) -> None:
    made = data.get("tool", {}).get("shipways", {})
    before, now = set(made.get("requirements", ())), set(asked["requirements"])
    if before != now:
        missing = ", ".join(sorted(now - before)) or "nothing"
        more = ", ".join(sorted(before - now)) or "nothing"
        raise LockMismatch(
            f"{path} is older than what it locks: missing is {missing}, not asked for {more}.",
            hint=AGAIN.format(path),
        )
    wanted = SpecifierSet(asked["requires-python"])
    if made.get("requires-python") and SpecifierSet(made["requires-python"]) != wanted:
        raise LockMismatch(
            f"{path} is for Python {made['requires-python']}, the project for {wanted}.",
            hint=AGAIN.format(path),
        )


def _lines(data: Any, path: Path) -> Iterator[str]:
    for package in data.get("packages", ()):
        name, version = package["name"], package.get("version")
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        hashes = sorted({f"sha256:{f['hashes']['sha256']}" for f in files if "hashes" in f})
        if not version or not hashes:
            raise ProjectError(
                f"{path}: {name} has no version with hashes: it is from Git or a folder.",
                hint="Ask for a released version of it.",
            )
        marker = f" ; {package['marker']}" if package.get("marker") else ""
        options = "".join(f" \\\n    --hash={one}" for one in hashes)
        yield f"{name}=={version}{marker}{options}\n"
