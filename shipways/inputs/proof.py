"""Whether an application starts at all: its bundle is run once, where it is built.

Its settings and its application are imported, `check` is run, the migrations are listed and applied
to a new database, static files are collected, and it is asked for its health and for "/". That is
what `serve` does; an artifact that cannot do it is not delivered.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipways.errors import BuildError
from shipways.inputs import proof_child
from shipways.project import runtime_settings
from shipways.project.detection.probe import placeholder
from shipways.project.python_versions import HERE, Pythons
from shipways.util.command import run
from shipways.util.isolation import apart
from shipways.util.progress import say

TIMEOUT_S = 300
COMMANDS = ("-I", "-S", "-B")  # as the launcher starts it, and without bytecode


def prove(site: Path, package: str, pythons: str, logs: Path) -> None:
    """Start what is in the bundle `site` once. Raises `BuildError` with the last line of the story.

    `package` is the delivered one, `pythons` those that the bundle is for: one that is not for this
    program's Python cannot be started here, which is said.
    """
    if HERE not in Pythons(pythons).minors:
        say(f"  not started here: the bundle is for Python {pythons}, and this is {HERE}")
        return
    before = set(_listed(site))
    with tempfile.TemporaryDirectory(prefix="shipways-proof-") as folder:
        answer = _run(site, package, Path(folder), logs / "proof.log")
    if answer["error"]:
        raise BuildError(_reason(answer), log=logs / "proof.log")
    written = sorted(set(_listed(site)) - before)
    if written:
        raise BuildError(
            f"It writes into its own tree, which nobody can on a target: {written[0]}",
            hint="Say in the configuration where that belongs, for example:\n"
            '    environment = [{ name = "DATA_DIR", value = "{state}/data" }]',
            log=logs / "proof.log",
        )
    for note in answer["notes"]:
        say(f"  {note}")


def _run(site: Path, package: str, folder: Path, log: Path) -> Mapping[str, Any]:
    answer, home = folder / "answer.json", folder / "home"
    home.mkdir()
    argv: Sequence[str | Path] = [
        *apart(home, _environment(site / package, folder)),
        *(sys.executable, *COMMANDS, proof_child.__file__, site, package, answer),
    ]
    done = run(argv, timeout=TIMEOUT_S, cwd=home, check=False, log_file=log)
    if not answer.is_file():
        last = [line for line in done.output.splitlines() if line.strip()][-1:]
        raise BuildError(f"It ends the process that starts it: {' '.join(last)}", log=log)
    found: Mapping[str, Any] = json.loads(answer.read_bytes())
    return found


def _environment(package: Path, folder: Path) -> dict[str, str]:
    """As on a target where the administrator has set what is required, and nothing else."""
    stated = json.loads((package / "application.json").read_bytes())
    required = [row["name"] for row in stated.get("environment", ()) if row.get("required")]
    return {
        f"{runtime_settings.prefix(stated['name'])}STATE_DIR": str(folder / "state"),
        **{name: placeholder(name) for name in required},
    }


def _reason(answer: Mapping[str, Any]) -> str:
    where = f" ({answer['where']})" if answer["where"] else ""
    return f"It does not start, for {answer['stage']}: {answer['error']}{where}"


def _listed(site: Path) -> Iterator[str]:
    return (str(path.relative_to(site)) for path in site.rglob("*"))
