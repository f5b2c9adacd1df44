"""The JSON Schema of results.json: `python -m shipways.results_schema` writes it anew."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec

from shipways.results import SCHEMA, Results, write_atomically

PATH = Path(__file__).with_name("results.schema.json")


def schema() -> dict[str, Any]:
    """The schema, as JSON Schema 2020-12, generated from the structures themselves."""
    generated = msgspec.json.schema(Results)
    for definition in generated["$defs"].values():
        if "description" in definition:  # Python 3.13 strips the indentation by itself
            definition["description"] = inspect.cleandoc(definition["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Shipways results, schema {SCHEMA}",
        **generated,
    }


if __name__ == "__main__":
    write_atomically(PATH, msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n")
