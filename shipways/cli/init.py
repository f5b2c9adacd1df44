"""`shipways init` and `shipways explain`: what was found out about a project, and from where."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from shipways import results
from shipways.project import detection, loader
from shipways.project.configuration import OWN_FILE, TOOL, Configuration, find
from shipways.project.detection.facts import TABLES, Fact, Facts
from shipways.project.detection.render import as_toml
from shipways.project.pyproject import Pyproject
from shipways.util.progress import say

Ask = Callable[[str, str], str]  # a question and its proposal -> the answer
MAINTAINER = Fact("maintainer", "", "", "assumed", "who answers for the packages? Name <mail>")
NEXT = "Next: shipways explain, shipways build"


def init(root: Path, config: Path | None, *, yes: bool) -> None:
    """Write the configuration of a project that has none; of one that has, say what differs.

    Only a person at a terminal is asked; `yes` takes every proposal.
    """
    found = _answered(detection.detect(root), _ask if _is_person() and not yes else None, yes)
    path = config or root / OWN_FILE
    known = find(root) if config is None else Configuration(path, _read(path), "")
    if known.table:
        _tell_changes(known, found)
        return
    text = as_toml(found)
    results.write_atomically(path, text.encode())
    loader.application(root, find(root, path))  # what was written can be read
    say(f"{path}: {_count(text)} lines. {NEXT}")
    for line in text.splitlines():
        if line.startswith("# TODO"):
            say(f"  {line.removeprefix('# ')}")


def explain(root: Path, config: Path | None) -> Iterator[str]:
    """Every value, with where it is from: a line each."""
    found = find(root, config)
    if loader.is_own_command(found):
        yield from (
            f"{key} = {_shown(value)}  # {found.path.name}" for key, value in found.table.items()
        )
        return
    for origin in loader.application(root, found).origins:
        todo = f"; {origin.todo}" if origin.todo else ""
        yield f"{origin.key} = {_shown(origin.value)}  # {origin.evidence}{todo}"


def _read(path: Path) -> Pyproject | None:
    return Pyproject(path) if path.is_file() else None


def _answered(found: Facts, ask: Ask | None, yes: bool) -> Facts:
    """The facts with what a person said, or with every proposal taken."""
    made = Facts()
    for fact in _all(found):
        if yes:
            made.add([replace(fact, todo="")])
        elif ask and fact.todo and isinstance(fact.value, str):
            answer = ask(fact.todo, fact.value)
            evidence = fact.evidence if answer == fact.value else "as answered to shipways init"
            made.add([replace(fact, value=answer, evidence=evidence, todo="")])
        else:
            made.add([fact])
    if ask and "maintainer" not in found:
        answer = ask(MAINTAINER.todo, "")
        if answer:
            made.add([replace(MAINTAINER, value=answer, evidence="as answered", todo="")])
    return made


def _all(found: Facts) -> Iterator[Fact]:
    """The best fact of each key, those of tables one by one."""
    for key in found:
        yield from found.below(key).values() if key in TABLES else (found[key],)


def _ask(question: str, proposal: str) -> str:
    shown = f" [{proposal}]" if proposal else ""
    return input(f"{question}{shown} ").strip() or proposal


def _is_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _tell_changes(known: Configuration, found: Facts) -> None:
    """What is found now, where the file says something else or nothing."""
    import tomlkit

    now: Mapping[str, Any] = tomlkit.parse(as_toml(found)).unwrap()
    lines = []
    for key, value in now.items():
        if known.table.get(key) != value:
            stated = _shown(known.table[key]) if key in known.table else "nothing"
            lines.append(f"  {key}: it says {stated}, and found is {_shown(value)}")
    where = f"[{TOOL}] of {known.path}" if known.key else str(known.path)
    say(f"{where} is kept as it is. " + (f"{len(lines)} differ:" if lines else "Nothing differs."))
    for line in lines:
        say(line)


def _shown(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value, enc_hook=str), ensure_ascii=False)


def _count(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip() and not line.startswith("#"))
