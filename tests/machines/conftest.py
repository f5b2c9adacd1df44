"""An engine that keeps its containers, volumes and images in memory, and starts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from docker.errors import ImageNotFound, NotFound

from shipways.machines import engine, execution, reaper
from shipways.util.command import Completed

Answers = Callable[[str], tuple[int, str]]


@dataclass
class Thing:
    """A container, a volume, a network or an image."""

    name: str
    store: dict[str, Thing]
    labels: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    status: str = "created"
    calls: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.name

    @property
    def attrs(self) -> dict[str, Any]:
        return {"Labels": self.labels, "Created": self.name}

    def remove(self, **_: object) -> None:
        if self.store.pop(self.name, None) is None:
            raise NotFound("gone")

    def start(self) -> None:
        self.status = "running"
        self.calls.append("start")

    def stop(self, **_: object) -> None:
        self.calls.append("stop")

    def kill(self) -> None:
        self.calls.append("kill")

    def wait(self, **_: object) -> None:
        self.calls.append("wait")

    def reload(self) -> None:
        self.calls.append("reload")

    def logs(self, **_: object) -> bytes:
        return b"its last words"

    def commit(self, repository: str, tag: str, **options: object) -> None:
        self.calls.append(f"commit {repository}:{tag}")
        self.options.update(options)

    def connect(self, _: object) -> None:
        self.calls.append("connect")

    def disconnect(self, _: object, **__: object) -> None:
        self.calls.append("disconnect")


class Store:
    """One kind of things."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}

    def make(self, name: str, **labels: str) -> Thing:
        self.things[name] = Thing(name, self.things, labels)
        return self.things[name]

    def create(self, image: str, command: object = None, **options: Any) -> Thing:
        labels: dict[str, str] = options.get("labels", {})
        thing = self.make(f"{image}#{len(self.things)}", **labels)
        thing.options = {**options, "command": command or options.get("command")}
        return thing

    def get(self, name: str) -> Thing:
        if name not in self.things:
            raise ImageNotFound("none")
        return self.things[name]

    def list(self, filters: dict[str, str], **options: object) -> list[Thing]:
        assert set(options) <= {"all", "ignore_removed"}
        name, _, value = filters["label"].partition("=")
        return [
            thing
            for thing in self.things.values()
            if name in thing.labels and value in ("", thing.labels[name])
        ]


class FakeEngine:
    def __init__(self) -> None:
        self.containers, self.networks = Store(), Store()
        self.volumes, self.images = Store(), Store()
        self.networks.make("bridge")

    def info(self) -> dict[str, str]:
        return {"CgroupVersion": "1"}


@dataclass
class Commands:
    """What commands in containers answer; the last that fits counts."""

    run: list[str] = field(default_factory=list)
    requests: list[execution.Request] = field(default_factory=list)
    answers: list[tuple[str, tuple[int, str]]] = field(default_factory=list)

    def answer(self, part: str, status: int = 0, output: str = "") -> None:
        self.answers.append((part, (status, output)))

    def found(self, command: str) -> tuple[int, str]:
        self.run.append(command)
        return next((said for part, said in reversed(self.answers) if part in command), (0, ""))


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(engine, "client", lambda: fake)
    engine.cgroup_version.cache_clear()
    monkeypatch.setattr(reaper, "guard", lambda: None)
    return fake


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Commands in containers answer at once."""
    known = Commands()

    def execute(_: object, request: execution.Request, __: object = None) -> Completed:
        known.requests.append(request)
        status, output = known.found(request.command)
        return Completed((request.command,), status, output, 0.5, 0, 0)

    def ask(_: object, argv: list[str], __: object = None) -> tuple[int, str]:
        return known.found(" ".join(argv))

    monkeypatch.setattr(execution, "execute", execute)
    monkeypatch.setattr(execution, "ask", ask)
    return known
