"""A world in memory: a machine on which a notes app is installed by typing, and its visitor.

It answers at once and always the same. What it does wrong can be chosen: see `World.faults`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shipways.errors import VerifyError
from shipways.formats import Format
from shipways.formats.step import Step
from shipways.machines.image_cache import Image
from shipways.project import model
from shipways.project.model import Project
from shipways.results import TargetRecord
from shipways.util.command import Completed
from shipways.verify.context import Context
from shipways.verify.delivery import Delivery
from shipways.verify.file_snapshot import Entry
from shipways.verify.later_versions import REASON
from shipways.verify.step_runner import StepRunner

PROBE = """
[tool.shipways.probe]
post = "/new/"
fields = { text = "{text}" }
read = "/?q={text}"
shown = "<li>{text}</li>"
"""


MACHINE = Image("x", "debian:13+systemd", "archive", "Debian 13 (trixie)")


def completed(command: str, status: int = 0, output: str = "") -> Completed:
    return Completed((command,), status, output, 0.5, 0.0, 0.0)


@dataclass
class Begun:
    """A command in a second terminal that goes on until it is interrupted."""

    command: str
    running: bool = True
    pid: str = "42"

    def wait(self, _: float) -> Completed:
        status = 1 if self.running else 0
        self.running = False
        return completed(self.command, status, f"demo: {REASON}")

    def interrupt(self, _: str = "INT") -> None:
        self.running = False


@dataclass
class World:
    """What is on the machine, and what goes wrong on it."""

    project: Project
    installed: str = ""  # the version; "" where none is
    serving: bool = False
    notes: set[str] = field(default_factory=set)
    edited: bool = False
    logged_in: bool = False
    typed: list[str] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    image: Image = MACHINE

    # the machine

    def run(self, command: str, *, check: bool = True, **_: object) -> Completed:
        self.typed.append(command)
        status, output = self._answer(command)
        if check and status:
            raise VerifyError(f"{command} ended with status {status}: {output}")
        return completed(command, status, output)

    def spawn(self, command: str, **_: object) -> Begun:
        self.typed.append(command)
        self.serving = True
        return Begun(command, running=not command.startswith("docker"))

    def copy_in(self, source: Path, target: str) -> None:
        self.files.add(f"{source.name} -> {target}")

    def restart(self) -> None:
        if "forgets notes" in self.faults:
            self.notes.clear()

    def bytes_received(self) -> int:
        return 1000

    def memory(self, _: str) -> float:
        return 64.04

    def _answer(self, command: str) -> tuple[int, str]:
        word, _, rest = command.partition(" ")
        if word in ("put", "take"):
            return self._package(word, rest)
        if "grep -q" in command:
            return (0 if self.edited and "rpmsave" not in command else 1), ""
        if command.startswith("echo '# edited"):
            self.edited = True
        answers = {
            "systemctl is-active": "active" if self.serving else "failed",
            "systemctl status": REASON if self.installed.endswith(".3") else "it runs",
            "ls -A": "" if "loses data" in self.faults else "db.sqlite3",
            "find / ": self._tree(),
            "dpkg --audit": "half-configured" if "bad state" in self.faults else "",
            "cut -d:": "root notes-app" if "leaves the user" in self.faults else "root",
        }
        return next(((0, said) for key, said in answers.items() if key in command), (0, ""))

    def _package(self, word: str, version: str) -> tuple[int, str]:
        if "cannot install" in self.faults:
            return 1, "no such package"
        self.installed = version if word == "put" else ""
        self.serving = word == "put" and not version.endswith(".3")
        if version == "all":
            self.edited = False
        return 0, ""

    def _tree(self) -> str:
        names = ["/etc", *(["/etc/left"] if "leaves a file" in self.faults else [])]
        return "".join(f"d\t755\troot\troot\t{n}\t0\t\t{name}\0" for n, name in enumerate(names))

    # the visitor

    @property
    def probe(self) -> object:
        return self.project.tool.probe

    def wait(self, _: float) -> float:
        if not self.serving:
            raise VerifyError("/healthz did not answer 200 within 60 s.")
        return 1.0

    def answers(self) -> bool:
        return self.serving

    def get(self, path: str, times: int = 1) -> dict[str, Any]:
        return {"status": 200, "url": path, "times": times}

    def about(self) -> dict[str, str]:
        name = "other" if "wrong format" in self.faults else "demo"
        return {"format": name, "version": self.installed, "user": "notes"}

    def static_file(self) -> dict[str, Any]:
        age = 60 if "short cache" in self.faults else 315360000
        headers = {"cache-control": f"max-age={age}, public, immutable"}
        return {"status": 200, "url": "/static/x.css", "headers": headers}

    def log_in(self) -> bool:
        self.logged_in = True
        return "no login" not in self.faults

    def is_logged_in(self) -> bool:
        return self.logged_in and "new key" not in self.faults

    def post(self, text: str) -> bool:
        self.notes.add(text)
        return True

    def missing(self, texts: list[str]) -> list[str]:
        return [text for text in texts if text not in self.notes]

    def writing(self, *_: object) -> str:
        self.notes |= {"load1", "load2"}
        return "begun"

    def stop_writing(self, _: object) -> tuple[list[str], list[str]]:
        return ["load1", "load2"], ["502"]

    def come_back(self) -> None:
        self.typed.append("(visitor comes back)")


def steps(offered: Project, _file: str) -> tuple[Step, ...]:
    return (
        Step("prerequisite", "refresh", "lists"),
        Step("install", f"put {offered.version}", "install"),
        Step("upgrade", f"put {offered.version}", "upgrade"),
        Step("rollback", f"put {offered.version}", "back"),
        Step("remove", "take program", "remove"),
        Step("purge", "take all", "purge"),
    )


def make_format(**changes: Any) -> Format:
    known: dict[str, Any] = {
        "id": "demo",
        "title": "Demo",
        "kind": "package",
        "installs_on": "anything",
        "needs": lambda _: "nothing",
        "uses": (),
        "tools": (),
        "build": lambda _: None,
        "lint": lambda *_: [],
        "steps": steps,
        "file_name": lambda _: "",
    }
    return Format(**{**known, **changes})


@pytest.fixture
def shipped(notes: Path) -> Project:
    """The notes project, with a probe."""
    path = notes / model.FILE_NAME
    path.write_text(path.read_text("utf-8") + PROBE, "utf-8")
    return model.load(notes)


@pytest.fixture
def world(shipped: Project) -> World:
    return World(shipped)


@pytest.fixture
def context(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A story in that world, with version 1.2.0 installed; its next is .1, the broken one .3."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    return tell(world, tmp_path)


def tell(world: World, logs: Path, **changes: Any) -> Context:
    found = make_format(**changes)
    now, later, broken = (
        Delivery(_version(world.project, version), found, Path(f"/dist/notes-{version}.demo"))
        for version in ("1.2.0", "1.2.1", "1.2.3")
    )
    for step in now.steps("install"):
        world.run(step.command)
    step_runner = StepRunner(world, logs, logs)
    anything: Any = world
    return Context(
        anything,
        anything,
        step_runner,
        now,
        later,
        broken,
        TargetRecord(status="ok"),
        before={"/etc": Entry("d", 0o755, "root", "root", "0", 0, "")},
        accounts=frozenset({"root"}),
    )


def _version(shipped: Project, version: str) -> Project:
    return dataclasses.replace(shipped, version=version)
