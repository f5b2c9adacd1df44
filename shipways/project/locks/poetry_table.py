"""Poetry's own table, `[tool.poetry.dependencies]`, with its extras and groups.

https://python-poetry.org/docs/dependency-specification/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from shipways.errors import LockMismatch
from shipways.project.locks import base, project_table
from shipways.project.locks.base import Asked, Locked, Names
from shipways.project.pyproject import below

NAMES: Names = ("pyproject.toml",)


def finds(root: Path, names: Names = NAMES) -> Path | None:
    """Where there is such a table, of dependencies or of groups."""
    path = base.first(root, names)
    return path if path and is_there(base.table(path)) else None


def is_there(data: Mapping[str, Any]) -> bool:
    """Whether Poetry's table says something of dependencies, alone or besides `[project]`."""
    poetry = below(data, "tool", "poetry") or {}
    return "dependencies" in poetry or "group" in poetry


def read(path: Path, _root: Path, asked: Asked = base.NOTHING) -> Locked:
    """What is asked for, which is nothing yet that is locked."""
    data = base.table(path)
    stated = below(data, "project", "requires-python")
    python = below(data, "tool", "poetry", "dependencies", "python") or ""
    return Locked(
        path=path,
        kind="poetry_table",
        pins=(),
        direct=requirements(path, data, asked, strict=True),
        is_complete=False,
        requires_python=str(stated or specifier(str(python))),
    )


def requirements(
    path: Path, data: Mapping[str, Any], asked: Asked, *, strict: bool = False
) -> tuple[Requirement, ...]:
    """Both tables: where `[project]` lists dependencies, Poetry's only says more about them.

    With `strict`, a constraint that PEP 440 cannot say is a `LockMismatch`, else any version.
    """
    poetry = below(data, "tool", "poetry") or {}
    project = data.get("project") or {}
    main: Mapping[str, Any] = poetry.get("dependencies") or {}
    extras = {canonicalize_name(name): names for name, names in poetry.get("extras", {}).items()}
    wanted = [canonicalize_name(name) for name in asked.extras]
    base.unknown(path, "extra", wanted, {*extras, *_canonical(project, "optional-dependencies")})
    kept = {canonicalize_name(name) for extra in wanted for name in extras.get(extra, ())}
    tables = [{} if project.get("dependencies") else main]
    tables += [_group(path, poetry, data, name) for name in asked.groups]
    found = [
        each
        for table in tables
        for name, said in table.items()
        for each in _stated(path, name, said, kept, strict=strict)
    ]
    standard = Asked(
        tuple(name for name in wanted if name not in extras),
        tuple(name for name in asked.groups if name in (data.get("dependency-groups") or {})),
    )
    listed = project_table.requirements(path, data, standard)
    more = {canonicalize_name(name): said for name, said in main.items() if isinstance(said, dict)}
    told = (base.sourced(path, each, more.get(canonicalize_name(each.name), {})) for each in listed)
    return tuple(dict.fromkeys((*told, *found)))


def _canonical(table: Mapping[str, Any], key: str) -> set[str]:
    return {canonicalize_name(name) for name in table.get(key) or {}}


def _group(
    path: Path, poetry: Mapping[str, Any], data: Mapping[str, Any], name: str
) -> Mapping[str, Any]:
    groups = poetry.get("group") or {}
    base.unknown(path, "group", [name], {*groups, *(data.get("dependency-groups") or {})})
    found: Mapping[str, Any] = (groups.get(name) or {}).get("dependencies") or {}
    return found


def _stated(
    path: Path, name: str, said: Any, kept: set[Any], *, strict: bool
) -> Iterator[Requirement]:
    """One dependency: a constraint, a table, or a list of tables for different systems."""
    if name == "python":
        return
    for each in said if isinstance(said, list) else [said]:
        fields = each if isinstance(each, dict) else {"version": str(each)}
        if not fields.get("optional") or canonicalize_name(name) in kept:
            stated = base.requirement(path, _text(path, name, fields, strict=strict))
            yield base.sourced(path, stated, fields)


def _text(path: Path, name: str, fields: Mapping[str, Any], *, strict: bool) -> str:
    """As PEP 508 writes it."""
    extras = f"[{','.join(fields['extras'])}]" if fields.get("extras") else ""
    markers = [f"({fields['markers']})"] if fields.get("markers") else []
    if fields.get("python"):
        markers += python_markers(specifier(str(fields["python"])))
    where = f" ; {' and '.join(markers)}" if markers else ""
    version = str(fields.get("version", "*"))
    if strict and "|" in version:
        raise LockMismatch(
            f"{path}: tool.poetry.dependencies.{name}: {version!r} is several ranges, which a "
            "requirement cannot say (PEP 440).",
            hint=f'Name one range, or lock with Poetry:\n    {name} = ">=5.2,<6"',
        )
    return f"{name}{extras}{specifier(version)}{where}"


def specifier(constraint: str) -> str:
    """Poetry's constraint as PEP 440 writes it; "" (any version) for what it cannot say.

    >>> specifier("^1.2"), specifier("~1.2.3"), specifier("1.2"), specifier(">=2 <3")
    ('>=1.2,<2', '>=1.2.3,<1.3', '==1.2', '>=2,<3')
    """
    if "|" in constraint:
        return ""
    tied = re.sub(r"([<>=!~^]+)\s+", r"\1", constraint)
    text = ",".join(filter(None, (_one(part) for part in re.split(r"[,\s]+", tied))))
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return ""
    return text


def _one(part: str) -> str:
    """A caret admits what keeps the first number that is not 0, a tilde what keeps the second."""
    if part in ("", "*"):
        return ""
    operator, version = re.fullmatch(r"([<>=!~^]*)(.*)", part).groups()  # type: ignore[union-attr]
    numbers = [int(number) for number in re.match(r"[\d.]*", version)[0].split(".") if number]  # type: ignore[index]
    if operator == "^" and numbers:
        place = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
        return f">={version},<{_next(numbers, place)}"
    if operator == "~" and numbers:
        return f">={version},<{_next(numbers, min(1, len(numbers) - 1))}"
    return f"=={version}" if operator in ("", "=") else part


def _next(numbers: list[int], place: int) -> str:
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))


def python_markers(versions: str) -> list[str]:
    """A specifier of Python's version, as markers that all hold."""
    found = []
    for each in SpecifierSet(versions):
        short = each.version.removesuffix(".*").count(".") < 2
        name = "python_version" if short else "python_full_version"
        value = each.version.removesuffix(".*") if short else each.version
        found.append(f'{name} {each.operator} "{value}"')
    return sorted(found)
