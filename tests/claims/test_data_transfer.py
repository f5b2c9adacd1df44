"""How data is carried to another server, for each way that a service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipways.claims import data_transfer
from shipways.formats.step import Step
from shipways.project import model
from shipways.project.model import Project
from shipways.verify.service import InContainer, InTerminal, Stack, Unit


@pytest.fixture
def shipped(notes: Path) -> Project:
    return model.load(notes)


def typed(steps: tuple[Step, ...]) -> list[str]:
    return [step.command for step in steps]


def test_a_unit_brings_its_settings_and_starts_on_the_old_data(shipped: Project) -> None:
    way = data_transfer.unit(shipped)
    assert typed(way.pack) == [
        "systemctl stop notes-app",
        "tar czpf notes-app-data.tar.gz -C / etc/notes-app var/lib/notes-app",
    ]
    assert typed(way.unpack)[0] == "systemctl stop notes-app"
    assert "--recursive-unlink" in typed(way.unpack)[1]
    assert typed(way.start) == ["systemctl start notes-app"]


def test_a_container_finds_its_volume_filled(shipped: Project) -> None:
    way = data_transfer.container(shipped)
    volume = "$(docker volume inspect -f '{{.Mountpoint}}' notes-app-data)"
    assert typed(way.pack)[1].endswith(f"--numeric-owner -C {volume} .")
    assert typed(way.unpack)[0] == "docker volume create notes-app-data"
    assert way.start == ()


def test_a_stack_brings_its_secrets_and_two_volumes(shipped: Project) -> None:
    way = data_transfer.stack(shipped)
    assert "notes-app/secrets" in typed(way.pack)[1]
    assert typed(way.pack)[1].endswith("notes-app_database notes-app_data")
    assert typed(way.unpack)[1] == "docker compose --project-directory notes-app create"


@pytest.mark.parametrize("kind", [Unit, InContainer, Stack, InTerminal])
def test_every_kind_of_service_has_a_way(shipped: Project, kind: type) -> None:
    service: Any = object.__new__(kind)
    way = data_transfer.of(service, shipped)
    assert way is not None
    assert all(step.why for step in (*way.pack, *way.unpack, *way.start))


def test_another_kind_has_none(shipped: Project) -> None:
    assert data_transfer.of(object(), shipped) is None  # type: ignore[arg-type]
