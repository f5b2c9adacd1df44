"""Base images: which source, when they are made, and that they are made once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipways.errors import BuildError, UsageError
from shipways.machines import distributions, engine, host_network, image_cache, image_layers
from shipways.util import command

if TYPE_CHECKING:
    from tests.machines.conftest import Commands, FakeEngine


@pytest.fixture
def made(
    docker: FakeEngine, commands: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[str]:
    """Names of images in the order in which they were made; no registry answers."""
    names: list[str] = []

    def make(ref: str, labels: dict[str, str]) -> None:
        names.append(ref)
        docker.images.make(ref, **labels).tags = [ref]

    def bootstrap(suite: str, ref: str, labels: dict[str, str]) -> None:
        make(ref, {**labels, "suite": suite})

    def add(base: str, layer: image_layers.Layer, ref: str, labels: dict[str, str]) -> None:
        make(ref, {**labels, "base": base, "recipe": layer.recipe})

    assert not commands.run
    monkeypatch.setattr(distributions, "pulled", lambda _: False)
    monkeypatch.setattr(distributions, "_bootstrap", bootstrap)
    monkeypatch.setattr(image_layers, "add", add)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path)
    return names


def test_auto_falls_back_to_the_archive(made: list[str]) -> None:
    image = image_cache.ensure("debian:13")
    assert image == image_cache.Image(made[0], "debian:13", "archive", "Debian 13 (trixie)")
    assert image.ref.startswith("shipways/debian-13:")


def test_the_second_time_nothing_is_made(made: list[str]) -> None:
    assert image_cache.ensure("debian:12").ref == image_cache.ensure("debian:12").ref
    assert len(made) == 1


def test_layers_stand_on_one_base(made: list[str], docker: FakeEngine) -> None:
    plain = image_cache.ensure("debian:13")
    booted = image_cache.ensure("debian:13+systemd", packages=("python3",))
    assert made == [plain.ref, booted.ref]
    labels = docker.images.get(booted.ref).labels
    assert labels["base"] == plain.ref
    assert "install --no-install-recommends python3 systemd systemd-sysv\n" in labels["recipe"]
    assert labels[engine.ROLE_LABEL] == "debian:13+systemd"


def test_a_docker_host_boots(made: list[str], docker: FakeEngine) -> None:
    ref = image_cache.ensure("debian:13+docker").ref
    assert made[-1] == ref
    assert "docker.io" in docker.images.get(ref).labels["recipe"]
    assert "systemd-sysv" in docker.images.get(ref).labels["recipe"]


def test_the_rpm_platform_stands_on_debian(made: list[str]) -> None:
    image = image_cache.ensure("rpm+systemd")
    assert [name.partition(":")[0] for name in made] == [
        "shipways/debian-13",
        "shipways/rpm",
        "shipways/rpm-systemd",
    ]
    assert "stub" in image.platform


def test_a_registry_is_preferred(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "pulled", lambda _: True)
    image = image_cache.ensure("rpm+systemd")
    assert (image.source, image.platform) == ("registry", "Fedora 43")
    assert len(made) == 2


def test_a_registry_that_does_not_answer(made: list[str]) -> None:
    with pytest.raises(BuildError, match="debian:trixie-slim cannot be pulled") as caught:
        image_cache.ensure("debian:13", "registry")
    assert "archive" in caught.value.hint
    assert not made


@pytest.mark.parametrize(
    ("role", "source"), [("debian:11", "auto"), ("debian:13+x", "auto"), ("rpm", "cloud")]
)
def test_what_does_not_exist_is_wrong_use(role: str, source: str, made: list[str]) -> None:
    with pytest.raises(UsageError):
        image_cache.ensure(role, source)
    assert not made


def test_prune_removes_the_newest_first(made: list[str], docker: FakeEngine) -> None:
    image_cache.ensure("debian:13+systemd")
    docker.images.make("somebody-else")
    removed: list[str] = []

    def remove(name: str, **_: object) -> None:
        removed.append(name)

    docker.images.remove = remove  # type: ignore[attr-defined]
    assert image_cache.prune() == removed
    assert sorted(removed) == sorted(made)


def test_a_layer_is_committed_without_the_run_s_label(
    docker: FakeEngine, commands: Commands
) -> None:
    layer = image_layers.Packages("dnf", ("nano",))
    image_layers.add("base", layer, "shipways/x:1", {"a": "b"})
    assert "dnf -q -y install nano" in commands.run[0]
    assert not docker.containers.things


def test_a_layer_that_fails_says_why(docker: FakeEngine, commands: Commands) -> None:
    commands.answer("exit 3", 3, "first\nlast\n")
    with pytest.raises(BuildError, match=r"could not be prepared \(status 3\):\nfirst\nlast"):
        image_layers.add("base", image_layers.Script("exit 3"), "shipways/x:1", {})
    assert not docker.containers.things


def test_the_archive_gives_a_base_by_mmdebstrap(
    docker: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Sequence[str | Path]] = []
    imported: list[dict[str, object]] = []

    class Api:
        def import_image_from_file(self, _: str, **options: object) -> None:
            imported.append(options)

    monkeypatch.setattr(command, "require", lambda *_, **__: "mmdebstrap")
    monkeypatch.setattr(command, "run", lambda argv, **_: ran.append(argv))
    monkeypatch.setattr(host_network, "debian_mirror", lambda: "http://mirror/debian")
    docker.api = Api()  # type: ignore[attr-defined]
    distributions._bootstrap("trixie", "shipways/debian-13:1", {"a": "b"})
    assert ran[0][:3] == ["mmdebstrap", "--variant=minbase", "trixie"]
    assert imported[0]["repository"] == "shipways/debian-13:1"
    assert 'LABEL a="b"' in imported[0]["changes"]  # type: ignore[operator]
