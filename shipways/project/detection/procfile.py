"""Procfile: a line for each process, "worker: celery -A notes worker".

https://devcenter.heroku.com/articles/procfile
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from shipways.project.detection import modules
from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.tree import Tree

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$")
SHELL = re.compile(r"[|;&<>`$*?()]")
SERVERS = {"gunicorn": "wsgi", "waitress-serve": "wsgi", "uvicorn": "asgi", "daphne": "asgi",
           "hypercorn": "asgi"}  # fmt: skip
REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?:\(\))?|[A-Za-z_]\w*(?:\.\w+)+")
MANAGE = re.compile(r"^python\d?(?:\.\d+)?$")


def facts(tree: Tree, found: Facts) -> Iterator[Fact]:
    """processes, prepare; wsgi, asgi and kind by what is served."""
    for number, line in enumerate(tree.text("Procfile").splitlines(), 1):
        matched = LINE.match(line.strip())
        if not matched:
            continue
        name, command = matched.groups()
        evidence = f"Procfile:{number}"
        if name == "web":
            yield from _web(tree, found, command, evidence)
        elif name == "release":
            yield from _release(command, evidence)
        else:
            row = {"command": argv(command), "one_off": False}
            yield Fact(f"processes.{name}", row, evidence)


def argv(command: str) -> list[str]:
    """A command's words; management commands begin with "manage", what needs a shell with "sh"."""
    command = re.sub(r"^exec\s+", "", command.strip())
    try:
        words = shlex.split(command)
    except ValueError:
        return ["sh", "-c", command]
    assigned = [word for word in words if re.match(r"^[A-Z_][A-Z0-9_]*=", word)]
    if SHELL.search(command):
        return ["sh", "-c", command]
    if assigned and words[0] in assigned:
        return ["env", *words]
    program = words[0].rpartition("/")[2] if words else ""  # an environment's, "env/bin/python"
    if len(words) > 2 and MANAGE.match(program) and words[1].endswith("manage.py"):
        return ["manage", *words[2:]]
    if words and words[0].endswith("manage.py"):
        return ["manage", *words[1:]]
    return words


def _web(tree: Tree, found: Facts, command: str, evidence: str) -> Iterator[Fact]:
    """Which application a known server is given."""
    words = re.split(r"[\s;&|]+", command)
    names = [word.rpartition("/")[2] for word in words]
    kind = next((SERVERS[name] for name in names if name in SERVERS), "")
    if kind == "wsgi" and re.search(r"uvicorn\S*Worker|UvicornWorker", command):
        kind = "asgi"
    if not kind:
        return
    where = modules.bases(found)
    for word in words:
        module, _, attribute = word.partition(":")
        if REFERENCE.fullmatch(word) and modules.locate(tree, module, where):
            yield Fact(kind, f"{module}:{attribute or 'application'}", evidence)
            yield Fact("kind", kind, evidence)
            return


def _release(command: str, evidence: str) -> Iterator[Fact]:
    """Management commands before the start, else one command that is run once."""
    steps = [argv(part) for part in re.split(r"\s*(?:&&|;)\s*", command) if part.strip()]
    ours = [step[1:] for step in steps if step[0] == "manage" and "collectstatic" not in step]
    if all(step[0] == "manage" for step in steps):
        yield Fact("prepare", [_without_questions(step) for step in ours], evidence)
    else:
        row = {"command": argv(command), "one_off": True}
        yield Fact("processes.release", row, evidence)


def _without_questions(step: list[str]) -> list[str]:
    asks = step[:1] == ["migrate"] and not {"--noinput", "--no-input"} & {*step}
    return [*step, "--noinput"] if asks else step
