"""Copies: what is typed for each, when no more are started, and what is made of what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.claims import fill_server
from shipways.claims.fill_server import Used
from shipways.claims.server import Stage
from shipways.errors import VerifyError
from shipways.formats.several import Several

DOCKER = Several((), lambda *_: ())
StageOf = Callable[[str], Stage]
SAYS = "Error response from daemon\nall predefined address pools have been fully subnetted"


def instance(stage: Stage, number: int) -> Sequence[str]:
    """What is typed for one instance of a format."""
    delivery = stage.delivery
    assert delivery.format.several
    return delivery.format.several.each(delivery.project, delivery.file_name, number)


def test_a_container_has_a_name_a_volume_and_a_port_of_its_own(stage: StageOf) -> None:
    (run,) = instance(stage("docker"), 3)
    assert "--name notes-app-3 " in run
    assert "-p 8002:8000 -v notes-app-3-data:/var/lib/notes-app notes-app:1.2.0" in run


def test_an_environment_has_a_folder_data_and_a_port_of_its_own(stage: StageOf) -> None:
    venv, install, serve = instance(stage("wheel"), 2)
    assert venv == "python3 -m venv /opt/notes-app-2"
    assert install.startswith("/opt/notes-app-2/bin/pip install ./")
    assert "env NOTES_BIND=127.0.0.1:8001 NOTES_STATE_DIR=/var/lib/notes-app-2 " in serve
    assert serve.endswith("&")


def test_an_archive_runs_in_a_folder_of_an_ordinary_user(stage: StageOf) -> None:
    *_, serve = instance(stage("tarball"), 2)
    assert serve.startswith("setpriv --reuid ada")
    assert "XDG_STATE_HOME=/srv/notes-app-2/state" in serve


def test_a_stack_has_a_project_name_of_its_own(stage: StageOf) -> None:
    *_, up = instance(stage("compose"), 2)
    home = "/srv/notes-app-2/notes-app"
    assert up == f"docker compose -p notes-app-2 --project-directory {home} up -d --wait"


@pytest.mark.parametrize("name", ["deb", "deb-bundled", "rpm"])
def test_a_package_is_installed_once(stage: StageOf, name: str) -> None:
    delivery = stage(name).delivery
    assert delivery.format.several is None
    assert {step.phase for step in delivery.steps(*fill_server.ONE.once)} <= {
        "prerequisite",
        "install",
    }
    assert not fill_server.ONE.each(delivery.project, delivery.file_name, 1)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each copy takes 100 bytes and 10 MiB; `refuses` is the number of the copy that cannot start,
    `spare` what the host has left."""
    state = SimpleNamespace(ran=0, refuses=0, spare=9999.0, client=None)

    def add(_stage: Stage, _host: Any, _way: Any, number: int) -> None:
        if number == state.refuses:
            raise VerifyError(SAYS)
        state.ran = number

    def look(_stage: Stage, _host: Any, count: int) -> Used:
        return Used(100 * count, 10.0 * count)

    monkeypatch.setattr(fill_server, "add", add)
    monkeypatch.setattr(fill_server, "look", look)
    monkeypatch.setattr(fill_server, "host_mib", lambda: state.spare - 1000 * state.ran)
    return state


def fill(stage: StageOf, world: Any) -> tuple[dict[int, Used], int, str]:
    return fill_server.fill(stage("docker"), world, DOCKER, (1, 5, 20))


def test_each_count_is_looked_at(stage: StageOf, world: Any) -> None:
    world.spare = 1e9
    seen, ran, stopped = fill(stage, world)
    assert ([*seen], ran, stopped) == ([1, 5, 20], 20, "")


def test_what_the_machine_refuses_ends_it_with_its_words(stage: StageOf, world: Any) -> None:
    world.refuses = 8
    seen, ran, stopped = fill(stage, world)
    assert ([*seen], ran) == ([1, 5, 7], 7)
    assert stopped == "all predefined address pools have been fully subnetted"


def test_not_even_one_is_an_error(stage: StageOf, world: Any) -> None:
    world.refuses = 1
    with pytest.raises(VerifyError, match="address pools"):
        fill(stage, world)


def test_a_host_without_memory_gets_no_more(stage: StageOf, world: Any) -> None:
    seen, ran, stopped = fill(stage, world)
    assert (ran, stopped) == (9, "memory")
    assert 9 in seen


def test_an_end_of_time() -> None:
    assert fill_server.short_of(fill_server.LIMIT_S + 1, 1e9, 7) == "time"
    assert fill_server.short_of(fill_server.LIMIT_S + 1, 1e9, 1) == ""


def test_figures() -> None:
    seen = {1: Used(1000, 90.0), 5: Used(1400, 330.04), 7: Used(1600, 450.0)}
    assert fill_server.figures_of(seen, 7, (1, 5, 20)) == {
        "copies": 7,
        "copies1_mib": 90.0,
        "copies5_mib": 330.0,
        "copies1_bytes": 1000,
        "copies5_bytes": 1400,
        "further_mib": 60.0,
        "further_bytes": 100,
    }
