"""pyproject.toml: what `[project]` (PEP 621) and `[tool.poetry]` say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree
from shipways.project.detection.version_source import of_pyproject

FILE = "pyproject.toml"
DIRECT = {"name": "name", "description": "summary", "requires-python": "requires-python"}
POETRY = {
    "name": "name", "version": "version", "description": "summary", "license": "license",
    "homepage": "urls.Homepage", "repository": "urls.Repository",
}  # fmt: skip


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """name, version, summary, license, maintainer, urls, requires-python, dependencies."""
    data = tree.toml(FILE)
    project = _table(data, "project")
    for key, ours in DIRECT.items():
        if isinstance(project.get(key), str):
            yield Fact(ours, project[key], tree.line(FILE, f"{key} ="))
    yield from _licence(tree, project)
    yield from _people(tree, project)
    for label, url in _table(project, "urls").items():
        yield Fact(f"urls.{label}", url, tree.line(FILE, str(url)))
    if isinstance(project.get("dependencies"), list):
        yield Fact("dependencies", project["dependencies"], tree.line(FILE, "dependencies ="))
    if isinstance(project.get("version"), str):
        yield Fact("version", project["version"], tree.line(FILE, "version ="))
    elif "version" in project.get("dynamic", ()):
        yield from of_pyproject(tree, data)
    yield from _poetry(tree, _table(_table(data, "tool"), "poetry"))


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _licence(tree: Tree, project: dict[str, Any]) -> Iterator[Fact]:
    stated = project.get("license")
    if isinstance(stated, dict):
        stated = str(stated.get("text", "")).strip().partition("\n")[0]
    if isinstance(stated, str) and stated:
        yield Fact("license", stated, tree.line(FILE, "license ="))


def _people(tree: Tree, project: dict[str, Any]) -> Iterator[Fact]:
    people = [*project.get("maintainers", ()), *project.get("authors", ())]
    for one in people:
        if isinstance(one, dict) and one.get("name") and one.get("email"):
            person = f"{one['name']} <{one['email']}>"
            yield Fact("maintainer", person, tree.line(FILE, one["email"]), "inferred")


def _poetry(tree: Tree, poetry: dict[str, Any]) -> Iterator[Fact]:
    for key, ours in POETRY.items():
        if isinstance(poetry.get(key), str):
            yield Fact(ours, poetry[key], tree.line(FILE, poetry[key]))
    for person in poetry.get("maintainers", poetry.get("authors", ())):
        if "<" in str(person):
            yield Fact("maintainer", person, tree.line(FILE, person), "inferred")
    wanted = _table(poetry, "dependencies")
    if wanted:
        names = [f"{name}{_caret(said)}" for name, said in wanted.items() if name != "python"]
        yield Fact("dependencies", names, tree.line(FILE, "[tool.poetry.dependencies]"))
    if isinstance(wanted.get("python"), str):
        said = _caret(wanted["python"])
        yield Fact("requires-python", said, tree.line(FILE, "python ="))


def _caret(said: Any) -> str:
    """Poetry's caret and tilde as PEP 440 has them; "" for what is no version.

    https://python-poetry.org/docs/dependency-specification/#caret-requirements
    """
    stated = said.get("version", "") if isinstance(said, dict) else said
    parts = [_bound(part.strip()) for part in str(stated).split(",")] if stated else []
    return ",".join(part for part in parts if part)


def _bound(part: str) -> str:
    sign, number = part[:1], part[1:].strip()
    if part in ("*", "") or "||" in part:
        return ""
    if sign not in "^~" or part.startswith("~="):
        return part if sign in "<>=!~" else f"=={part}"
    digits = [int(one) for one in number.split(".") if one.isdigit()]
    if not digits:
        return ""
    if sign == "^":
        place = next((at for at, one in enumerate(digits) if one), len(digits) - 1)
    else:
        place = min(1, len(digits) - 1)
    end = ".".join(map(str, [*digits[:place], digits[place] + 1]))
    return f">={number},<{end}"
