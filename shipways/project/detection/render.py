"""Facts as a configuration: what differs from the defaults, each line with where it is from.

What the project states itself is not repeated, but for its settings module. What only a person can
know is a line "TODO: …" above the proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Array, Item, Table

from shipways.project.detection.facts import Fact, Facts
from shipways.project.overlaid import OVERLAID

DEFAULTS: Mapping[str, Any] = {
    "kind": "wsgi", "python-path": ["."], "working-directory": ".",
    "prepare": [["migrate", "--noinput"]],
}  # fmt: skip
WHERE_NOT_STATED = ("name", "version", "maintainer", "requires-python", "dependencies")
ORDER = ("name", "version", "maintainer", "settings", "wsgi", "asgi", "kind", "python-path",
         "working-directory", "prepare", "requires-python", "dependencies")  # fmt: skip
NOBODY = ("TODO: who answers for the packages?", 'maintainer = "Your Name <you@example.org>"')
WIDTH = 90  # characters of a list that stands on one line


def as_toml(found: Facts, *, in_pyproject: bool = False) -> str:
    """Lines for shipways.toml; with `in_pyproject`, for pyproject.toml's `[tool.shipways]`."""
    inner = tomlkit.table()
    for key in ORDER:
        if key in found and _is_written(found, key):
            _put(inner, key, _item(found[key].value), found[key])
        elif key == "maintainer" and key not in found:
            _comment(inner, *NOBODY)
    for name, fact in found.below("optional-services").items():
        _comment(inner, f"TODO: {name}, too? The settings can do without: {fact.evidence}")
    for key in ("services", "build-steps", "environment"):
        _put_lines(inner, key, list(_rows(found, key)))
    _put_processes(inner, found.below("processes"))
    return _document(inner, in_pyproject)


def _comment(table: Table, *lines: str) -> None:
    for line in lines:
        table.add(tomlkit.comment(_one_line(line)))


def _document(inner: Table, in_pyproject: bool) -> str:
    document = tomlkit.document()
    if in_pyproject:
        tool = tomlkit.table(is_super_table=True)
        tool.add("shipways", inner)
        document.add("tool", tool)
        return tomlkit.dumps(document)
    for key, item in inner.value.body:
        document.add(item) if key is None else document.add(key, item)
    return tomlkit.dumps(document)


def _is_written(found: Facts, key: str) -> bool:
    fact = found[key]
    if key in WHERE_NOT_STATED:
        return fact.certainty == "assumed" or bool(fact.todo)
    if key in ("wsgi", "asgi"):
        return _is_unusual(found, key)
    return key == "settings" or bool(fact.value != DEFAULTS[key] or fact.todo)


def _is_unusual(found: Facts, key: str) -> bool:
    """Whether an application that is served is not the one beside the settings."""
    served = found.value("kind", "wsgi") == key
    package = found.value("settings", "").partition(".")[0]
    return bool(served and found[key].value != f"{package}.{key}:application")


def _put(table: Table, key: str, item: Item, fact: Fact) -> None:
    _comment(table, *(f"TODO: {line}" for line in fact.todo.splitlines()))
    table.add(key, item.comment(_one_line(fact.evidence)))


def _item(value: Any) -> Item:
    """As TOML; a list of several lines where it is long."""
    item: Item = tomlkit.item(value)
    if isinstance(item, Array):
        item.multiline(len(item.as_string()) > WIDTH)
    return item


def _rows(found: Facts, key: str) -> Iterator[tuple[Any, Fact]]:
    for name, fact in found.below(key).items():
        if key != "environment":
            yield fact.value, fact
        elif name not in OVERLAID and {"required", "secret", "value"} & fact.value.keys():
            row = fact.value if "required" in fact.value else _without(fact.value, "help")
            yield _without(row, "default"), fact


def _without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def _put_lines(inner: Table, key: str, rows: list[tuple[Any, Fact]]) -> None:
    """A list with a line for each, and the evidence behind it; nothing where it is empty."""
    array = tomlkit.array()
    for value, fact in rows:
        for line in fact.todo.splitlines():
            array.add_line(comment=_one_line(f"TODO: {line}"))
        array.add_line(_inline(value), comment=_one_line(fact.evidence))
    array.add_line(indent="")
    if rows:
        inner.add(key, array)


def _put_processes(inner: Table, processes: Mapping[str, Fact]) -> None:
    table = tomlkit.table()
    for name, fact in processes.items():
        row: dict[str, Any] = {"command": fact.value["command"]}
        if fact.value.get("one_off"):
            row["one-off"] = True
        _put(table, name, _inline(row), fact)
    if processes:
        inner.add("processes", table)


def _inline(value: Any) -> Item:
    if not isinstance(value, Mapping):
        item: Item = tomlkit.item(value)
        return item
    table = tomlkit.inline_table()
    for key, one in value.items():
        table.add(key, one)
    return table


def _one_line(text: str) -> str:
    """As a comment may be: TOML allows no control characters there."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
