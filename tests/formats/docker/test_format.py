"""What the image is told of a project, and what a person types."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.errors import BuildError, ToolMissing, UsageError
from shipways.formats.base import Job, Options
from shipways.formats.docker import (
    buildx,
    image_archive,
    image_packages,
    minimal_base,
    rootfs_filter,
)
from shipways.formats.docker import format as docker
from shipways.inputs.sbom import SystemPackage
from shipways.inputs.wheelhouse import Wheelhouse
from shipways.machines import distributions, engine
from shipways.machines.image_cache import Image
from shipways.project import model, source_tree
from shipways.util.command import Completed

HASH = f"--hash=sha256:{'a' * 64}"
BASE = Image("base:1", "runtime", "archive", "Debian")


def lock(root: Path, *names: str) -> model.Project:
    text = "".join(f"{name}==1.0 {HASH}\n" for name in names)
    (root / "requirements.lock").write_text(text)
    return model.load(root)


@pytest.mark.parametrize(
    ("names", "libraries"),
    [
        (("django",), ()),
        (("django", "psycopg"), ("libpq5",)),
        (("psycopg", "psycopg-binary"), ()),
        (("psycopg2", "mysqlclient"), ("libmariadb3", "libpq5")),
    ],
)
def test_libraries_follow_the_lock(
    notes: Path, names: tuple[str, ...], libraries: tuple[str, ...]
) -> None:
    assert image_archive.libraries(lock(notes, *names)) == libraries


def test_names(notes: Path) -> None:
    loaded = replace(model.load(notes), version="1!1.2.0+local.1")
    assert docker.image_name(loaded) == "notes-app:1_1.2.0-local.1"
    assert docker.file_name(loaded) == "notes-app-1_1.2.0+local.1-image.tar.gz"


def test_launcher_is_told_all_it_needs(notes: Path) -> None:
    told = buildx.launch(model.load(notes))
    assert told["entry_point"] == "notes.cli:main"
    assert told["environment"] == {
        "NOTES_BIND": "0.0.0.0:8000",
        "NOTES_STATE_DIR": "/var/lib/notes-app",
    }


def test_labels_say_what_the_project_says(notes: Path) -> None:
    labels = buildx.labels(model.load(notes), "")
    assert labels["org.opencontainers.image.title"] == "notes-app"
    assert labels["org.opencontainers.image.authors"] == "Ada Lovelace <ada@example.org>"
    assert "org.opencontainers.image.revision" not in labels


def test_every_start_is_without_privileges(notes: Path) -> None:
    starts = [
        s.command for s in docker.FORMAT.printed(model.load(notes)) if "docker run" in s.command
    ]
    assert len(starts) == 3  # start, upgrade, rollback
    for start in starts:
        assert "--read-only --cap-drop ALL --security-opt no-new-privileges" in start
        assert "-v notes-app-data:/var/lib/notes-app notes-app:1.2.0" in start


def test_only_purge_removes_the_data(notes: Path) -> None:
    phases = [s.phase for s in docker.FORMAT.printed(model.load(notes)) if "volume rm" in s.command]
    assert phases == ["purge"]


def test_newest_is_the_wheels_own_time(tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(zipfile.ZipInfo("old", (1999, 1, 1, 0, 0, 0)), "")
        archive.writestr(zipfile.ZipInfo("new", (2001, 9, 9, 1, 46, 40)), "")
    assert image_archive.newest([wheel]) == 1_000_000_000
    assert image_archive.newest([]) == 0


@pytest.fixture
def job(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(image_packages, "installed", lambda ref: (SystemPackage("libc6", "2.41"),))
    wheel = tmp_path / "notes.whl"
    wheel.write_text("")
    inputs: Any = SimpleNamespace(
        commit="abc",
        wheel=wheel,
        image_wheelhouse=(),
        image_house=Wheelhouse((), "", ()),
        epoch=7,
        cache=tmp_path / "cache",
        folder=lambda name: tmp_path / "cache" / name,
    )
    (tmp_path / "work").mkdir()
    return Job(model.load(notes), inputs, tmp_path / "work", tmp_path / "logs", Options())


class Engine:
    """Answers for the engine, where no image has a name; remembers what was removed."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.images = self
        self.tags: list[str] = []

    def get(self, _: str) -> Engine:
        return self

    def remove(self, image: str) -> None:
        self.removed.append(image)


def test_built_image_is_gone_afterwards(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, commands = Engine(), []

    def run(argv: list[str | Path], **_: object) -> Completed:
        words = tuple(map(str, argv))
        commands.append(words)
        for word in words:
            if word.startswith("--iidfile="):
                Path(word.removeprefix("--iidfile=")).write_text("sha256:made")
        return Completed(words, 0, "", 0.0, 0.0, 0.0)

    monkeypatch.setattr(buildx, "run", run)
    monkeypatch.setattr(engine, "client", lambda: fake)
    with pytest.raises(KeyboardInterrupt), buildx.built(job, BASE):
        raise KeyboardInterrupt
    assert fake.removed == ["sha256:made"]
    words = commands[0]
    assert {"--network=none", "--load", "--build-arg=BASE=base:1"} <= set(words)
    assert "--no-cache" not in words
    assert "org.opencontainers.image.revision=abc" in " ".join(words)
    sbom = json.loads((job.work / "wheel" / "bill.json").read_bytes())
    assert [part["purl"] for part in sbom["components"]] == ["pkg:deb/debian/libc6@2.41"]


def test_a_failed_build_leaves_nothing_to_remove(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Engine()

    def run(argv: list[str | Path], **_: object) -> Completed:
        raise BuildError(f"{argv[0]} ended with status 1")

    monkeypatch.setattr(buildx, "run", run)
    monkeypatch.setattr(source_tree, "commit", lambda _root: "")
    monkeypatch.setattr(engine, "client", lambda: fake)
    with pytest.raises(BuildError), buildx.built(replace(job, cold=True), BASE):
        pass
    assert fake.removed == []


def test_no_engine_is_a_missing_tool(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def client() -> None:
        raise ToolMissing("Docker does not answer.", hint="Start it.")

    monkeypatch.setattr(engine, "client", client)
    with pytest.raises(ToolMissing) as error:
        docker.build(job)
    assert error.value.exit_code == 3


def test_unknown_base() -> None:
    with pytest.raises(UsageError, match="no base 'alpine'"):
        minimal_base.ensure_base("alpine")


def test_python_base_needs_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "pulled", lambda _name: False)
    with pytest.raises(BuildError, match="cannot be pulled"):
        minimal_base.ensure_base("python")


def test_a_registry_that_has_to_be_used_gives_the_python_base(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributions, "pulled", lambda _name: True)
    assert minimal_base.ensure_base("auto", "registry").ref == "python:3.13-slim"


def test_rules_keep_and_drop() -> None:
    rules = rootfs_filter.parse("# why\n+ usr/lib/*\n- *.pyc\n")
    assert rules.admit("usr/lib/a/b.py")
    assert not rules.admit("usr/lib/a/b.pyc")
    assert not rules.admit("usr/bin/sh")
