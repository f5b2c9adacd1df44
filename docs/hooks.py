"""Pages of the reference that mkdocs makes from the code each time it builds the site."""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Iterator
from typing import Any

import griffe
import msgspec
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from shipways import api
from shipways.cli.parser import parser
from shipways.project.application import ApplicationTable, BuildStep, Overlay, Variable
from shipways.project.model import Budget, Probe, Process, Setting, ToolTable
from shipways.results_schema import schema

Schema = dict[str, Any]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that lie in docs/."""
    pages = {
        "configuration": configuration,
        "commands": commands,
        "results": results,
        "python": python,
    }
    for name, make in pages.items():
        text = "\n".join(make()) + "\n"
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


TABLES: dict[type[msgspec.Struct], str] = {
    ApplicationTable: "Any Django project: [tool.shipways], or shipways.toml",
    Variable: "Any Django project: [[tool.shipways.environment]]",
    Process: "Any Django project: [tool.shipways.processes]",
    BuildStep: "Any Django project: [[tool.shipways.build-steps]]",
    Overlay: "Any Django project: [tool.shipways.overlay]",
    ToolTable: "A project with a command of its own: [tool.shipways]",
    Setting: "[[tool.shipways.environment]]",
    Probe: "[tool.shipways.probe]",
    Budget: "[tool.shipways.budget]",
}


def configuration() -> Iterator[str]:
    """Every key of `[tool.shipways]`, and of the tables in it."""
    yield "# Configuration"
    yield ""
    yield (
        "In `[tool.shipways]` of `pyproject.toml`; or, without that heading, in `shipways.toml` "
        "beside `manage.py`, or in the file of `--config`. Paths are relative to the project's "
        "folder."
    )
    for table, title in TABLES.items():
        documented = griffe.load(table.__module__)
        whole, _, heading = title.rpartition(": ")
        shown = f"{whole}: `{heading}`" if whole else f"`{heading}`"
        yield from ("", f"## {shown}", "", inspect.getdoc(table) or "", "")
        yield "| key | default | meaning |"
        yield "| --- | --- | --- |"
        for field in msgspec.structs.fields(table):
            told = documented[f"{table.__name__}.{field.name}"].docstring
            meaning = told.value if told else ""
            yield f"| `{field.encode_name}` | {default(field)} | {meaning} |"


def default(field: Any) -> str:
    """A field's default as it would stand in the file; "required" where it has none."""
    if field.required:
        return "required"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if isinstance(value, msgspec.Struct):
        return ""  # a table of its own
    words = [str(word) for word in value] if isinstance(value, tuple) else value
    plain = str(words) if isinstance(words, str) else words
    return "" if plain in (None, "", [], {}) else f"`{json.dumps(plain, ensure_ascii=False)}`"


def commands() -> Iterator[str]:
    """Every command with its `--help`."""
    whole = parser()
    yield "# Command line"
    yield from ("", "```text", whole.format_help().rstrip(), "```")
    subparsers = (each for each in whole._actions if isinstance(each, argparse._SubParsersAction))
    for name, each in next(subparsers).choices.items():
        yield from ("", f"## shipways {name}", "", "```text", each.format_help().rstrip(), "```")


def python() -> Iterator[str]:
    """The public functions with their signatures and docstrings."""
    yield from ("# From Python", "", inspect.getdoc(api) or "")
    for name in api.__all__:
        each = getattr(api, name)
        if inspect.isfunction(each):
            said = inspect.getdoc(each) or ""
            signature = f"{name}{inspect.signature(each)}"
            yield from ("", f"## {name}", "", "```python", signature, "```", "", said)


def results() -> Iterator[str]:
    """Every record of results.json, from its schema."""
    yield "# results.json"
    found = schema()
    for name, table in found["$defs"].items():
        if table.get("properties"):
            yield from ("", f"## {name}", "", table.get("description", "").strip(), "")
            yield from records(table)
    yield from ("", "## The schema", "", "```json", json.dumps(found, indent=1), "```")


def records(table: Schema) -> Iterator[str]:
    """A record's fields: name and type."""
    yield "| field | type |"
    yield "| --- | --- |"
    for name, field in table["properties"].items():
        yield f"| `{name}` | {kind(field)} |"


def kind(field: Schema) -> str:
    """A field's type in a word."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(kind(each) for each in field["anyOf"] if each != {"type": "null"})
    if field.get("type") == "array":
        return f"list of {kind(field.get('items', {}))}"
    word = str(field.get("type", "anything"))
    return "table" if word == "object" else word
