"""Environment variables that an administrator may or has to set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from shipways.project.detection import environment_reads, settings_values
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree, is_aside

EXAMPLE = re.compile(
    r"(?i)\.?env[.-_]?(?:example|sample|dist|template|tmpl|default|prod|production)"
    r"|(?:example|sample|template|default)\.env|[\w-]+\.env(?:\.(?:example|sample|dist|template))?"
    r"|\.env(?:\.\w+)?\.(?:example|sample|dist|template)"
)
LINE = re.compile(r"^(?P<off>#\s?)?(?:export\s+)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$")
MADE_ONCE = re.compile(r"(?:.*_)?(?:SECRET_KEY|SALT|SIGNING_KEY|SECRET_KEY_BASE)")
# What the machine or the runtime sets, and what says how Python starts.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "HOME", "PATH", "USER", "HOSTNAME", "PORT", "PWD", "LANG",
            "TZ", "TMPDIR", "DISPLAY", "CI", "PYTHONPATH", "VIRTUAL_ENV"}  # fmt: skip


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """environment: {"name", and "default", "required", "secret", "help" where there is one}."""
    examples = dict(_examples(tree))
    read: set[str] = set()
    for name, (row, evidence) in _read(tree, found).items():
        read.add(name)
        if name in examples:
            row |= {key: value for key, value in examples[name][0].items() if key == "help"}
        yield Fact(f"environment.{name}", row, evidence, "inferred")
    for name, (row, evidence) in examples.items():
        if name not in read:
            yield Fact(f"environment.{name}", {"name": name, **row}, evidence, "assumed")


def _read(tree: Tree, found: Facts) -> dict[str, tuple[dict[str, Any], str]]:
    """Name -> row and evidence; required where any place cannot do without."""
    files = settings_values.read(tree, found).files
    names = environment_reads.known([tree.module(path) for path in files])
    rows: dict[str, tuple[dict[str, Any], str]] = {}
    for path in files:
        each = sorted(environment_reads.reads(tree.module(path), names), key=lambda one: one.line)
        for one in each:
            if one.name in NOT_OURS or not re.fullmatch(r"[A-Za-z_]\w*", one.name):
                continue
            row, evidence = rows.get(one.name, ({"name": one.name}, f"{path}:{one.line}"))
            if one.is_required:
                evidence = f"{path}:{one.line}"
            rows[one.name] = _merged(row, one), evidence
    return rows


def _merged(row: dict[str, Any], read: environment_reads.Read) -> dict[str, Any]:
    if isinstance(read.default, str | int | float):
        row.setdefault("default", str(read.default))
    if read.is_required:
        row["secret" if MADE_ONCE.fullmatch(read.name) else "required"] = True
    return row


def _examples(tree: Tree) -> Iterator[tuple[str, tuple[dict[str, Any], str]]]:
    """Lines `NAME=value` of an example, with the comment above each."""
    for path in tree.matching(lambda name: bool(EXAMPLE.fullmatch(name))):
        if is_aside(path) and PurePosixPath(path).parts[0] != "contrib":
            continue
        comment: list[str] = []
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            matched = LINE.match(line.strip())
            if matched and matched["name"] not in NOT_OURS:
                row = {"help": " ".join(comment)} if comment else {}
                yield matched["name"], (row, f"{path}:{number}")
            comment = (
                [*comment, line.strip("# ").strip()] if line.startswith("#") and not matched else []
            )
