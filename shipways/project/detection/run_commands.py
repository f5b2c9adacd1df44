"""How a site is run elsewhere: units, supervisord, uWSGI, compose files, s6 say their commands.

Only commands that are known to be processes are taken, with their arguments: a worker that listens
to other queues than its default does nothing without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shipways.project.detection.facts import Fact, Facts
from shipways.project.detection.procfile import argv
from shipways.project.detection.tree import Tree, is_aside
from shipways.project.detection.workers import SCHEDULE, WORKERS

FILES = re.compile(
    r"(?:docker-)?compose.*\.ya?ml|.*\.service|supervisor.*\.(?:conf|ini)|.*uwsgi.*\.ini|run"
)
STARTS = re.compile(
    r"^\s*(?:ExecStart=|command\s*[:=]|attach-daemon2?\s*=|(?:exec\s+|cmd=)(?=\S))\s*(.+)$"
)
COMMAND = re.compile(r"(?:^|[\s/])(celery\s.*|manage\.py\s.*)$")
KINDS = ("worker", "beat")  # of Celery's commands, those that a site runs
# Management commands that do not stay, or that are for work.
NO_PROCESS = re.compile(
    r"(?:run(?:server|_?gunicorn)|migrate|collectstatic|compilemessages|compress|check|shell|test|flush"
    r"|create|make|load|dump|init|setup|install|update|clear|clean|seed|wait|enable|generate|import"
    r"|manage|django|management_command|\w+_?migrations).*"
)
OWN_FILES = re.compile(r"--(?:pidfile|logfile|schedule|uid|gid|workdir)(?:=.*)?|-[sf]")


def facts(tree: Tree, _: Facts) -> Iterator[Fact]:
    """processes."""
    first: dict[str, str] = {}
    for path in tree.matching(lambda name: bool(FILES.fullmatch(name))):
        if is_aside(path):
            continue
        seen: list[list[str]] = []
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for name, words in _process(line):
                if words in seen or first.setdefault(name, path) != path:
                    continue
                count = sum(1 for other in seen if _name(other) == name)
                seen.append(words)
                key = f"processes.{name}-{count + 1}" if count else f"processes.{name}"
                row = {"command": _with_schedule(words), "one_off": False}
                yield Fact(key, row, f"{path}:{number}", "inferred")


def _process(line: str) -> Iterator[tuple[str, list[str]]]:
    """Name and words of a process that a line starts; nothing where only a shell can tell."""
    started = STARTS.match(line)
    said = _listed(started.group(1)) if started else ""
    matched = COMMAND.search(re.split(r"\s*(?:&&|\|\||;|\|)\s*", said)[0])
    if not matched or re.search(r"[$%{<>`]", matched.group(1)):
        return
    words = argv(matched.group(1).rstrip("'\" "))
    if words[0] == "celery":
        words = list(_without_files(words))
    name = _name(words)
    if name:
        yield name, words


def _listed(said: str) -> str:
    """A list of words, as YAML and JSON have it, as a line."""
    try:
        words = json.loads(said)
    except ValueError:
        return said.strip("'\"")
    return " ".join(map(str, words)) if isinstance(words, list) else str(words)


def _name(words: list[str]) -> str:
    if words[0] == "celery":
        return next((kind for kind in KINDS if kind in words), "")
    command = words[1] if words[0] == "manage" and len(words) > 1 else ""
    if command in {worker[0] for worker in WORKERS.values()}:
        return "worker"
    is_one = re.fullmatch(r"[a-z]\w*", command) and not NO_PROCESS.fullmatch(command)
    return command.replace("_", "-") if is_one else ""


def _without_files(words: list[str]) -> Iterator[str]:
    """Not where that installation keeps its files."""
    skip = False
    for word in words:
        matched = OWN_FILES.fullmatch(word)
        if not skip and not matched:
            yield word
        skip = bool(matched) and "=" not in word


def _with_schedule(words: list[str]) -> list[str]:
    """Celery's beat keeps a file, unless a scheduler of its own is named."""
    is_beat = words[0] == "celery" and "beat" in words
    named = any(word.startswith(("--scheduler", "-S")) for word in words)
    return [*words, *SCHEDULE] if is_beat and not named else words
