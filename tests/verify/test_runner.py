"""All lives of a run, with machines and artifacts that are not there."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shipways import results
from shipways.errors import ShipwaysError, UsageError, VerifyError
from shipways.formats import FORMATS, Options
from shipways.machines import image_cache, reaper
from shipways.machines.image_cache import Image
from shipways.project.model import Project
from shipways.results import File, FormatRecord, ProjectRecord, Results, TargetRecord
from shipways.util.measure import sha256
from shipways.verify import (
    http_client,
    later_versions,
    repeat_install,
    runner,
    scenario,
    service,
    try_out,
)
from shipways.verify.context import Context
from shipways.verify.delivery import Delivery
from shipways.verify.http_client import HttpClient
from shipways.verify.step_runner import StepRunner
from shipways.verify.targets import TARGETS

if TYPE_CHECKING:
    from tests.verify.conftest import World

SEEN = TargetRecord(status="ok", lifecycle={"install": True})


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """dist/ with a wheel and a docker image; nothing else is really done."""
    folder = tmp_path / "dist"
    folder.mkdir()
    found = Results(project=ProjectRecord(name="notes-app", version="1.2.0"))
    for name in ("wheel", "docker"):
        file = folder / f"{name}.file"
        file.write_text(name)
        record = File(path=file.name, sha256=sha256(file), bytes=file.stat().st_size)
        found.formats[name] = FormatRecord(status="ok", artifacts=[record])
    results.save(found, folder / results.FILE_NAME)
    monkeypatch.setattr(
        image_cache, "ensure", lambda role, *_, **__: Image("x", role, "archive", role)
    )
    monkeypatch.setattr(later_versions.Versions, "make", _made)
    monkeypatch.setattr(runner, "live", lambda *_: SEEN)
    return folder


def _made(made: Any, wanted: Any, kind: str) -> Delivery:
    return Delivery(made._project, wanted, Path(kind))


def run(shipped: Project, dist: Path, *formats: str, targets: tuple[str, ...] = ()) -> Results:
    return runner.verify(shipped, formats, targets, dist, Options(), cache=dist, publish=print)


def seen(dist: Path) -> dict[str, list[str]]:
    found = json.loads((dist / results.FILE_NAME).read_text())
    return {name: sorted(one.get("targets", {})) for name, one in found["formats"].items()}


def test_all_that_dist_holds_goes_to_all_that_fits(shipped: Project, dist: Path) -> None:
    run(shipped, dist)
    assert seen(dist) == {"wheel": ["debian:12", "debian:13"], "docker": ["docker"]}


def test_only_what_was_asked_for(shipped: Project, dist: Path) -> None:
    run(shipped, dist, "wheel", "rpm", targets=("debian:13",))
    assert seen(dist) == {"wheel": ["debian:13"], "docker": []}


def test_one_that_fails_does_not_keep_others(
    shipped: Project, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(version_set: scenario.VersionSet, target: Any, *_: object) -> TargetRecord:
        if target.id == "debian:12":
            raise VerifyError("does not boot\nat all")
        return SEEN

    def err(version_set: scenario.VersionSet, *_: object) -> TargetRecord:
        raise ZeroDivisionError(version_set.now.format.id)

    monkeypatch.setattr(runner, "live", err)
    (record,) = run(shipped, dist, "docker").formats["docker"].targets.values()
    assert record.reason.startswith("ZeroDivisionError: docker\nSee ")
    assert "Traceback" in (dist / "logs/docker/docker/error.log").read_text()
    monkeypatch.setattr(runner, "live", fail)
    targets = run(shipped, dist).formats["wheel"].targets
    assert targets["debian:12"].status == "failed"
    assert "does not boot" in targets["debian:12"].reason
    assert targets["debian:13"].status == "ok"


def test_an_interrupt_removes_what_threads_wait_for(
    shipped: Project, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[str] = []

    def interrupt(*_: object) -> TargetRecord:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "live", interrupt)
    monkeypatch.setattr(reaper, "reap", removed.append)
    with pytest.raises(KeyboardInterrupt):
        run(shipped, dist, "docker")
    assert len(removed) == 1


def test_an_artifact_that_is_not_what_was_built(shipped: Project, dist: Path) -> None:
    (dist / "wheel.file").write_text("changed")
    with pytest.raises(ShipwaysError, match="is not what was built"):
        run(shipped, dist, "wheel")


def test_nothing_to_verify(shipped: Project, dist: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no artifacts"):
        run(shipped, tmp_path / "empty")
    with pytest.raises(UsageError, match="Nothing of what was asked for"):
        run(shipped, dist, "rpm")


def test_how_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(4)))
    assert runner.workers(1) == 1
    assert 1 <= runner.workers(99) <= 4


@pytest.fixture
def alone(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world takes the place of every machine and of every visitor."""

    @contextlib.contextmanager
    def scene(*_: object) -> Iterator[tuple[World, World]]:
        world.installed, world.serving = "", False
        yield world, world

    class Network:
        def disconnect(self) -> None:
            world.faults.add("cannot install")

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    monkeypatch.setattr(scenario, "scene", scene)
    monkeypatch.setattr(
        image_cache, "ensure", lambda role, *_, **__: Image("x", role, "archive", role)
    )
    monkeypatch.setattr(http_client, "arrived", lambda *_: 2.5)
    monkeypatch.setattr(world, "waiting", lambda _: None, raising=False)
    monkeypatch.setattr(world, "network", Network(), raising=False)
    return world


def test_a_life_from_installation_to_residue(
    alone: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify.conftest import make_format

    shipped = alone.project
    files = []
    for version in ("1.2.0", "1.2.1", "1.2.3"):
        files.append(tmp_path / f"notes-{version}.demo")
        files[-1].write_text("content")
    wanted = make_format()
    monkeypatch.setattr(
        scenario,
        "PHASES",
        {name: one for name, one in scenario.PHASES.items() if name != "hardening"},
    )
    numbers = ("1.2.0", "1.2.1", "1.2.3")
    projects = [dataclasses.replace(shipped, version=number) for number in numbers]
    version_set = scenario.VersionSet(
        *(Delivery(one, wanted, file) for one, file in zip(projects, files, strict=True))
    )
    record = scenario.live(version_set, TARGETS["debian:13"], tmp_path, tmp_path / "logs")
    assert record.status == "ok", record.reason
    assert record.offline is False
    assert (record.prerequisites, record.commands) == (1, 1)
    assert record.first_response_s == 2.5
    assert record.transfer_bytes == 7
    assert (record.residue_files, record.residue_bytes) == (0, 0)
    assert record.idle_mib == 64.0
    assert record.family == "debian"


class Desk:
    """The visitor's machine: every request gets the next answer."""

    name = "desk"

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.copied: list[str] = []

    def copy_in(self, _: Path, target: str) -> None:
        self.copied.append(target)

    def restart(self) -> None:
        self.asked.append({"do": "restart"})

    def run(self, command: str, *, timeout: float) -> Any:
        from tests.verify.conftest import completed

        assert timeout
        words = shlex.split(command)
        if words[0] == "python3":
            self.asked.append(json.loads(words[2]))
        return completed(command, 0, json.dumps(self.answers.pop(0) if self.answers else {}))

    def spawn(self, command: str, *, timeout: float) -> Any:
        helper, kept = self, self.run(command, timeout=timeout)

        class Begun:
            def wait(self, _: float) -> Any:
                assert helper
                return kept

        return Begun()


def page(status: int = 200, body: str = "", url: str = "/", **headers: str) -> dict[str, Any]:
    return {"status": status, "url": url, "headers": headers, "body": body}


def client(shipped: Project, *answers: dict[str, Any]) -> tuple[HttpClient, Desk]:
    helper = Desk(*answers)
    anything: Any = helper
    return HttpClient(shipped, anything), helper


def test_a_visitor_asks_on_the_machine_s_own_loopback(shipped: Project) -> None:
    found, helper = client(shipped, {"answered": True}, page(503), page(body='{"format": "deb"}'))
    found.wait(5)
    assert not found.answers()
    assert found.about() == {"format": "deb"}
    assert helper.asked[0] == {
        "do": "wait",
        "base": "http://127.0.0.1:8000",
        "path": "/healthz",
        "seconds": 5,
    }
    assert helper.copied == [http_client.SCRIPT]


def test_a_visitor_says_what_did_not_come(shipped: Project) -> None:
    found, _ = client(shipped, {"answered": False}, page(404, "<html>"), {"links": []})
    with pytest.raises(VerifyError, match="did not answer 200 within 5 s"):
        found.wait(5)
    with pytest.raises(VerifyError, match="gave 404"):
        found.about()
    with pytest.raises(VerifyError, match="names no file below /static/"):
        found.static_file()


def test_a_visitor_logs_in_and_posts(shipped: Project) -> None:
    answers: tuple[dict[str, Any], ...] = (
        page(url="/admin/"),
        page(url="/admin/"),
        page(),
        {"missing": []},
        {"missing": []},
    )
    found, helper = client(shipped, *answers)
    assert found.log_in()
    assert found.post("hello")
    sent = [asked for asked in helper.asked if asked["do"] == "submit"]
    assert sent[0]["fields"]["username"] == http_client.USER
    assert sent[1]["fields"] == {"text": "hello"}


def test_a_visitor_whom_the_login_sends_back(shipped: Project) -> None:
    found, _ = client(shipped, page(url="/admin/login/"), page(url="/admin/login/?next=/admin/"))
    assert not found.log_in()


def test_writing_goes_on_until_it_is_stopped(shipped: Project) -> None:
    found, _ = client(shipped, {"posted": ["a"], "failed": ["502"]})
    assert found.stop_writing(found.writing(2, 60)) == (["a"], ["502"])
    waiting = found.waiting(5)
    found.come_back()
    assert http_client.result(waiting, 1) == {}


def test_without_a_probe_nothing_can_be_posted(notes: Path) -> None:
    from shipways.project import model

    found, _ = client(model.load(notes))
    with pytest.raises(VerifyError, match=r"no \[tool.shipways.probe\]"):
        found.post("x")


def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Socket:
        def __enter__(self) -> Socket:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to close."""

        def setsockopt(self, *_: object) -> None:
            """Nothing to set."""

        def bind(self, address: tuple[str, int]) -> None:
            if address[1] < 8003:
                raise OSError("in use")

    monkeypatch.setattr("socket.socket", Socket)
    assert try_out.free_port(8000) == 8003
    monkeypatch.setattr(try_out, "PORTS", 2)
    with pytest.raises(UsageError, match="No port is free from 8000"):
        try_out.free_port(8000)


def test_try_installs_and_says_where_it_is(
    alone: World, shipped: Project, dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    said: list[str] = []

    @contextlib.contextmanager
    def machine(*_: object, **options: object) -> Iterator[World]:
        if "ports" in options:
            assert options["ports"] == {try_out.RELAY_PORT: 8123}
        yield alone

    monkeypatch.setattr(alone, "name", "kind_name", raising=False)
    monkeypatch.setattr(alone, "follow", lambda _: iter(["log line\n"]), raising=False)
    monkeypatch.setattr(try_out, "machine", machine)
    monkeypatch.setattr(try_out, "HttpClient", lambda *_: alone)
    monkeypatch.setattr(try_out, "free_port", lambda port: port + 123)
    monkeypatch.setattr(try_out, "say", said.append)
    monkeypatch.setattr(alone, "serving", True)
    monkeypatch.setattr(alone, "_answer", lambda _: (0, ""))
    try_out.try_out(shipped, "docker", None, dist, Options(), keep=True)
    text = "\n".join(said)
    assert "http://127.0.0.1:8123/" in text
    assert "Log in as admin with the password" in text
    assert "docker exec -it kind_name bash" in text
    assert "docker rm -fv kind_name kind_name" in text
    assert "log line" in capsys.readouterr().out
    assert "docker load" in " ".join(alone.typed)


def test_try_needs_an_artifact_and_a_target(shipped: Project, dist: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rpm is not in"):
        try_out.try_out(shipped, "rpm", None, dist, Options())
    with pytest.raises(UsageError, match="wheel does not go to docker"):
        try_out.try_out(shipped, "wheel", "docker", dist, Options())


def test_how_a_service_runs(context: Context, tmp_path: Path) -> None:
    anything: Any = context.machine
    step_runner = StepRunner(anything, tmp_path, tmp_path)
    wheel = Delivery(context.now.project, FORMATS["wheel"], tmp_path)
    unit = service.Unit(anything, wheel)
    assert unit.manage(["shell"], {"A": "b c"}) == "env 'A=b c' notes shell"
    assert "journalctl" in unit.log()
    unit.kill()
    inside = service.InContainer(anything, wheel)
    assert inside.manage(["shell"], {"A": "1"}) == "docker exec -e A=1 notes-app notes shell"
    assert not inside.runs()
    assert "docker logs" in inside.log()
    for call in (inside.restart, inside.kill, inside.words):
        call()
    bare = inside.without_volume()
    assert bare.startswith("docker run -d --name notes-app-beside ")
    assert bare.endswith(" --security-opt no-new-privileges notes-app:1.2.0")
    typed = service.InTerminal(anything, wheel, step_runner)
    assert typed.manage(["shell"], {}).endswith("/opt/notes-app/bin/notes shell")
    assert not typed.runs()
    assert typed.log() == typed.words() == ""
    step_runner.foreground = anything.spawn("serve")
    assert typed.runs()
    assert "$(echo 42)" in typed.pids
    typed.kill()
    typed.restart()
    assert step_runner.foreground is None
    assert isinstance(service.find(anything, wheel, step_runner), service.Unit)


def test_a_stack_is_one_service(context: Context, tmp_path: Path) -> None:
    anything: Any = context.machine
    delivery = Delivery(context.now.project, FORMATS["compose"], tmp_path)
    stack = service.Stack(anything, delivery)
    typed = "docker compose --project-directory /root/notes-app"
    assert stack.manage(["shell"], {"A": "b c"}) == f"{typed} exec -T -e 'A=b c' web notes shell"
    assert stack.settings == "/root/notes-app/.env"
    assert stack.state.endswith("/notes-app_database/_data")
    assert "docker inspect -f '{{.State.Pid}}'" in stack.pids
    assert not stack.runs()
    assert stack.log().startswith(f"{typed} logs -f")
    for call in (stack.restart, stack.kill, stack.words):
        call()
    assert f"{typed} kill -s KILL web" in anything.typed


@pytest.mark.parametrize(
    ("there", "kind"),
    [("systemctl cat", service.Unit), ("ls /root", service.Stack), ("", service.InContainer)],
)
def test_what_kind_of_service_it_is(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str, kind: type
) -> None:
    anything: Any = context.machine
    found = lambda command: (0 if there and command.startswith(there) else 1, "")  # noqa: E731
    monkeypatch.setattr(anything, "_answer", found)
    step_runner = StepRunner(anything, tmp_path, tmp_path)
    assert type(service.find(anything, context.now, step_runner)) is kind


def test_installed_again_its_times_are_medians(
    alone: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.verify.conftest import make_format

    (tmp_path / "notes-1.2.0.demo").write_text("content")
    now = Delivery(alone.project, make_format(), tmp_path / "notes-1.2.0.demo")
    answers = iter([9.0, 4.0])
    monkeypatch.setattr(http_client, "arrived", lambda *_: next(answers))
    record = TargetRecord(status="ok", install_s=1.0, first_response_s=5.0)
    repeat_install.repeat(record, now, TARGETS["debian:13"], tmp_path, tmp_path / "logs", "auto", 3)
    assert record.first_response_runs == [5.0, 9.0, 4.0]
    assert record.first_response_s == 5.0
    assert record.install_runs[0] == 1.0
    assert len(record.install_runs) == 3
    failed = TargetRecord(status="failed", install_s=1.0, first_response_s=5.0)
    repeat_install.repeat(failed, now, TARGETS["debian:13"], tmp_path, tmp_path / "logs", "auto", 3)
    assert not failed.install_runs
