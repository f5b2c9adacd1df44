"""Pages of the reference that mkdocs makes from the code each time it builds the site."""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from shipways import api
from shipways.arguments import parser
from shipways.project import ToolTable
from shipways.report.schema import schema

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


def configuration() -> Iterator[str]:
    """Every key of `[tool.shipways]`, and of the tables in it."""
    yield "# Configuration"
    yield ""
    yield "In `pyproject.toml`. Paths are relative to the project's folder."
    definitions = msgspec.json.schema(ToolTable)["$defs"]
    for name, title in TABLES.items():
        yield from ("", f"## `{title}`", "", definitions[name].get("description", "").strip(), "")
        yield from fields(definitions[name])


TABLES = {
    "ToolTable": "[tool.shipways]",
    "Setting": "[[tool.shipways.environment]]",
    "Probe": "[tool.shipways.probe]",
    "Budget": "[tool.shipways.budget]",
}


def fields(table: Schema) -> Iterator[str]:
    """A table of fields: type, default, meaning."""
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    required = table.get("required", ())
    for name, field in table["properties"].items():
        default = "required" if name in required else code(field.get("default"))
        yield f"| `{name}` | {kind(field)} | {default} | {field.get('description', '')} |"


def kind(field: Schema) -> str:
    """A field's type in a word."""
    if "$ref" in field:
        return "table"
    if "anyOf" in field:
        return " or ".join(kind(each) for each in field["anyOf"] if each != {"type": "null"})
    if field.get("type") == "array":
        return f"list of {kind(field.get('items', {}))}s"
    word = str(field.get("type", "anything"))
    return "table" if word == "object" else word


def code(value: object) -> str:
    return "" if value in (None, "", [], {}) else f"`{json.dumps(value, ensure_ascii=False)}`"


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
            yield from fields(table)
    yield from ("", "## The schema", "", "```json", json.dumps(found, indent=1), "```")
