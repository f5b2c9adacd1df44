"""The settings themselves: loaded by the project's Python, in a process that can do no harm.

First with nothing set. What they cannot do without gets a placeholder, one after the other; then
they are loaded once more: what is another value then is random.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipways.errors import BuildError, ProjectError
from shipways.project.detection.environment import MADE_ONCE
from shipways.project.detection.facts import Fact, Facts
from shipways.util.command import run
from shipways.util.isolation import apart

CHILD = Path(__file__).with_name("probe_child.py")
TIMEOUT_S = 120
LIMIT = 40  # variables that are asked for one after the other
# By a part of the name: what a setting of that kind can be read from.
PLACEHOLDERS = (
    (r"DATABASE_URL|(?:^|_)DB_URL", "sqlite:///:memory:"),
    (r"EMAIL_URL", "consolemail://"),
    (r"CACHE_URL", "locmemcache://"),
    (r"BROKER|AMQP|RABBIT", "amqp://localhost:5672//"),
    (r"REDIS|CELERY", "redis://localhost:6379/0"),
    (r"EMAIL|FROM$", "site@example.org"),
    (r"URL|URI|ORIGIN", "http://localhost"),
    (r"HOST|DOMAIN", "localhost"),
    (r"PORT|SIZE|COUNT|TIMEOUT|LIMIT|AGE|SECONDS|NUM|MAX|MIN", "1025"),
    (r"DEBUG|ENABLE|DISABLE|USE_|IS_|ALLOW", "false"),
    (r"DIR|PATH|ROOT", "/tmp"),
)
OF_PYTHON = re.compile(r"_|PYTHON|DJANGO_(?:CONFIGURATION|SETTINGS_MODULE)$")
OTHERWISE = "placeholder-of-fifty-characters-without-any-meaning"


@dataclass(frozen=True)
class Probe:
    """What came of loading the settings."""

    settings: Mapping[str, Any]
    """Name -> value as JSON, of those that the toolkit asks for; LOGGING is its files."""
    missing: tuple[str, ...] = ()
    """Environment variables without which they do not load."""
    read: tuple[str, ...] = ()
    """Those that they ask for and do without."""
    random: tuple[str, ...] = ()
    """Settings that are others in every process."""
    writes: tuple[str, ...] = ()
    """Paths in the tree that they tried to write to."""
    connections: tuple[str, ...] = ()
    """Addresses that they tried to reach."""
    error: str = ""
    """Why they do not load, and where; "" where they do."""
    setup_error: str = ""
    """Why the apps cannot be loaded though the settings can; "" where they can."""
    placeholders: Mapping[str, str] = field(default_factory=dict)


def probe(python: Path, root: Path, found: Facts) -> Probe:
    """Load the settings of the project in `root` with an interpreter that has its dependencies.

    `found`: settings, python-path and the environment with a value. Raises `ProjectError` where no
    settings module is known or there is no such Python, `BuildError` where the process does not
    come to its end.
    """
    if "settings" not in found:
        raise ProjectError(
            f"{root}: no settings module is known.",
            hint='Name it in the configuration, for example:\n    settings = "notes.settings"',
        )
    if not python.is_file():
        raise ProjectError(f"There is no {python}.", hint="It is the Python of an environment.")
    with tempfile.TemporaryDirectory() as folder:
        sandbox = _Sandbox(python.absolute(), root.resolve(), Path(folder), found)
        known = found.below("environment")
        given: dict[str, str] = {}
        answer = sandbox.load(given)
        while answer["error"] and len(given) < LIMIT:
            wanted = [name for name in _wanted(answer, known) if name not in given]
            if not wanted:
                break
            given |= {name: placeholder(name) for name in wanted}
            answer = sandbox.load(given)
        again = sandbox.load(given) if not answer["error"] else answer
    return _probe(answer, again, given)


def facts(probe: Probe, module: str) -> Iterator[Fact]:
    """What the loaded settings say: as sure as a project's own statement."""
    evidence, settings = f"{module}, loaded", probe.settings
    for name, key in (
        ("INSTALLED_APPS", "installed-apps"), ("MIDDLEWARE", "middleware"),
        ("STATIC_ROOT", "static-root"), ("MEDIA_ROOT", "media-root"),
        ("AUTH_USER_MODEL", "auth-user-model"), ("ROOT_URLCONF", "root-urlconf"),
        ("STATIC_URL", "static-url"), ("LANGUAGES", "languages"), ("LOGGING", "log-files"),
    ):  # fmt: skip
        if settings.get(name):
            yield Fact(key, settings[name], evidence)
    databases = settings.get("DATABASES", {}).values()
    if databases:
        engines = list(dict.fromkeys(one["ENGINE"] for one in databases))
        yield Fact("databases", engines, evidence)
    for name, key in (("WSGI_APPLICATION", "wsgi"), ("ASGI_APPLICATION", "asgi")):
        application, _, attribute = (settings.get(name) or "").rpartition(".")
        if application:
            yield Fact(key, f"{application}:{attribute}", evidence)
    for name in probe.missing:
        what = "secret" if MADE_ONCE.fullmatch(name) else "required"
        yield Fact(f"environment.{name}", {"name": name, what: True}, evidence)


def placeholder(name: str) -> str:
    """A value that a variable of that name can be read from.

    >>> placeholder("NOTES_REDIS_URL"), placeholder("EMAIL_PORT")
    ('redis://localhost:6379/0', '1025')
    """
    if re.search(r"_PORT$", name):
        return "1025"
    return next((value for part, value in PLACEHOLDERS if re.search(part, name)), OTHERWISE)


class _Sandbox:
    """A process for each loading: own home and working directory, no network, nothing inherited."""

    def __init__(self, python: Path, root: Path, folder: Path, found: Facts) -> None:
        self.python = python
        self.home, self.cwd = folder / "home", folder / "cwd"
        self.request, self.answer = folder / "request.json", folder / "answer.json"
        for path in (self.home, self.cwd):
            path.mkdir()
        rows = found.below("environment").values()
        self.environment = {
            "DJANGO_SETTINGS_MODULE": str(found["settings"].value),
            **{row.value["name"]: row.value["value"] for row in rows if "value" in row.value},
        }
        folders = [str(root / base) for base in found.value("python-path", ["."])]
        said = {"tree": str(root), "path": folders}
        self.request.write_text(json.dumps(said), encoding="utf-8")

    def load(self, given: Mapping[str, str]) -> dict[str, Any]:
        """One loading, with these variables set."""
        self.answer.unlink(missing_ok=True)
        child: list[str | Path] = [self.python, CHILD, self.request, self.answer]
        argv = [*apart(self.home, {**self.environment, **given}), *child]
        done = run(argv, timeout=TIMEOUT_S, cwd=self.cwd, check=False)
        if not self.answer.is_file():
            raise BuildError(
                f"The settings ended the process that loads them:\n{done.output.strip()[-2000:]}"
            )
        answer: dict[str, Any] = json.loads(self.answer.read_bytes())
        return answer


def _wanted(answer: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Variables that were not there and that the error names; pydantic names its fields."""
    said = answer["error"].upper()
    fields = re.findall(r"^(\w+)\n\s+Field required", answer["error"], re.MULTILINE)
    ends = tuple(name.upper() for name in fields)
    named = [
        name for name in answer["missed"] if re.search(rf"\b{re.escape(name.upper())}\b", said)
    ]
    return named + ([name for name in known if name.upper().endswith(ends)] if ends else [])


def _probe(answer: Mapping[str, Any], again: Mapping[str, Any], given: Mapping[str, str]) -> Probe:
    first, second = answer.get("digests", {}), again.get("digests", {})
    where = f" ({answer['where']})" if answer["where"] else ""
    return Probe(
        settings=answer.get("settings", {}),
        missing=tuple(given),
        read=tuple(n for n in answer["missed"] if n not in given and not OF_PYTHON.match(n)),
        random=tuple(name for name, value in first.items() if second.get(name) != value),
        writes=tuple(answer["writes"]),
        connections=tuple(answer["connections"]),
        error=answer["error"] + where if answer["error"] else "",
        setup_error=answer["setup"],
        placeholders=dict(given),
    )
