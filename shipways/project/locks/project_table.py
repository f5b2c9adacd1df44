"""`[project]` (PEP 621) with its optional dependencies, and `[dependency-groups]` (PEP 735)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.errors import ExceptionGroup
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch
from shipways.project.locks import base
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.pyproject import below

NAMES: Names = ("pyproject.toml",)


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """Where the dependencies stand in the table; those that are dynamic are the backend's."""
    path = base.first(root, names)
    project = below(base.table(path), "project") if path else None
    if not isinstance(project, dict) or "dependencies" in project.get("dynamic", ()):
        return None
    return path


def read(path: Path, _root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What is asked for, which is nothing yet that is locked."""
    data = base.table(path)
    return Locked(
        path=path,
        kind="project_table",
        pins=(),
        direct=requirements(path, data, asked),
        is_complete=False,
        requires_python=str(below(data, "project", "requires-python") or ""),
    )


def requirements(path: Path, data: Mapping[str, Any], asked: Asked) -> tuple[Requirement, ...]:
    """Raises `LockMismatch` for an extra or a group that is not there, or no requirement."""
    project = below(data, "project") or {}
    optional: dict[str, list[str]] = {
        canonicalize_name(name): list(lines)
        for name, lines in (project.get("optional-dependencies") or {}).items()
    }
    wanted = [canonicalize_name(name) for name in asked.extras]
    base.unknown(path, "extra", wanted, optional)
    lines = [*(project.get("dependencies") or ()), *_groups(path, data, asked.groups)]
    lines += [line for name in wanted for line in optional[name]]
    own = canonicalize_name(str(project.get("name", "")))
    parsed = (base.requirement(path, str(line)) for line in lines)
    sources = _sources(data)
    return tuple(
        base.sourced(path, each, sources.get(canonicalize_name(each.name), {}))
        for each in dict.fromkeys(_expanded(path, parsed, own, optional, set(wanted)))
    )


def _sources(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """`[tool.uv.sources]`, but for those that differ between systems: uv.lock says which is which.

    https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
    """
    stated = below(data, "tool", "uv", "sources") or {}
    return {canonicalize_name(k): v for k, v in stated.items() if isinstance(v, dict)}


def _expanded(
    path: Path,
    lines: Iterator[Requirement],
    own: str,
    optional: Mapping[str, list[str]],
    seen: set[str],
) -> Iterator[Requirement]:
    """Extras that name the project itself, such as "notes[server]", by what those hold."""
    for line in lines:
        if not own or canonicalize_name(line.name) != own:
            yield line
            continue
        for extra in map(canonicalize_name, sorted(line.extras)):
            if extra not in seen:
                seen.add(extra)
                inner = (base.requirement(path, text) for text in optional.get(extra, ()))
                yield from _expanded(path, inner, own, optional, seen)


def _groups(path: Path, data: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    groups = data.get("dependency-groups") or {}
    base.unknown(path, "group", names, groups)
    try:
        return resolve_dependency_groups(groups, *names)
    except (ExceptionGroup, LookupError, TypeError, ValueError) as error:
        inner = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        raise LockMismatch(
            f"{path}: dependency-groups: {inner}.",
            hint='Wanted is, for example:\n    [dependency-groups]\n    server = ["gunicorn"]',
        ) from None
