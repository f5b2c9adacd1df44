"""The archive without tar: its layout, its installer, its instructions."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shipways.formats import tarball
from shipways.formats.base import Job

MakeJob = Callable[..., Job]
TOP = "notes-app-1.2.0-bundle"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []

    def record(argv: list[Any], **_: Any) -> None:
        found.append([str(word) for word in argv])

    monkeypatch.setattr(tarball, "run", record)
    monkeypatch.setattr("shipways.formats.packagers.version", lambda name: "1.34")
    return found


@pytest.fixture
def top(job: Job, calls: list[list[str]]) -> Path:
    """The folder as it is packed, but for the bundle."""
    tarball.build(job)
    assert calls
    return job.work / TOP


def test_the_folder_has_what_a_person_looks_for(top: Path) -> None:
    assert sorted(path.name for path in top.iterdir()) == [
        "INSTALL.md",
        "files",
        "install.sh",
        "run",
    ]
    assert (top / "install.sh").stat().st_mode & 0o111
    assert (top / "run").resolve() == top / "files/usr/lib/notes-app/bin/notes"
    assert (top / "files/etc/notes-app/notes-app.env").is_file()
    assert (top / "files/usr/share/doc/notes-app/copyright").is_file()


def test_tar_is_told_to_write_the_same_bytes_twice(top: Path, calls: list[list[str]]) -> None:
    (words,) = calls
    for word in ("--sort=name", "--owner=root:0", "--group=root:0", "--mtime=@1700000000"):
        assert word in words
    assert f"{TOP}/files/usr/lib/notes-app/site-packages" in next(
        word for word in words if word.startswith("--transform")
    )
    assert top.is_dir()


@pytest.mark.parametrize(("setting", "level"), [("small", "xz -6"), ("fast", "xz -0")])
def test_compression_is_a_choice(
    make_job: MakeJob, calls: list[list[str]], setting: str, level: str
) -> None:
    product = tarball.build(make_job(compression=setting))
    assert product.builder.compression.startswith(f"{setting}: {level}")
    assert any(word.startswith(f"--use-compress-program={level}") for word in calls[0])
    assert product.paths[0].name == f"{TOP}.tar.xz"


def test_the_name_is_not_the_sdists(job: Job) -> None:
    assert tarball.file_name(job.project) != "notes_app-1.2.0.tar.gz"


def test_instructions_are_the_steps(top: Path, job: Job) -> None:
    text = (top / "INSTALL.md").read_text()
    for step in tarball.FORMAT.printed(job.project):
        assert f"\n    {step.command}\n" in text
    assert "./run serve" in text


def test_installer_knows_every_file_outside_the_code(top: Path) -> None:
    text = (top / "install.sh").read_text()
    line = next(line for line in text.splitlines() if line.startswith("system_files="))
    assert shlex.split(line.partition("=")[2])[0].split() == [
        "/usr/bin/notes",
        "/usr/lib/systemd/system/notes-app.service",
        "/usr/lib/sysusers.d/notes-app.conf",
        "/usr/lib/tmpfiles.d/notes-app.conf",
        "/usr/share/man/man1/notes.1.gz",
        "/usr/share/doc/notes-app/copyright",
        "/usr/share/doc/notes-app/notes-app.cdx.json",
    ]


def test_the_bill_is_inside_and_beside(make_job: MakeJob, calls: list[list[str]]) -> None:
    job = make_job()
    product = tarball.build(job)
    inside = job.work / TOP / "files/usr/share/doc/notes-app/notes-app.cdx.json"
    assert product.sbom == job.work / f"{TOP}.tar.xz.cdx.json"
    assert product.sbom.read_bytes() == inside.read_bytes() == job.inputs.sbom_of_bundle


def test_installer_checks_python(top: Path, make_job: MakeJob) -> None:
    open_end = "sys.exit(not ((3, 10) <= sys.version_info[:3]))"
    assert open_end in (top / "install.sh").read_text()
    job = make_job(pure=False, pythons=">=3.13,<3.14")
    tarball.build(job)
    text = (job.work / TOP / "install.sh").read_text()
    assert "sys.exit(not ((3, 13) <= sys.version_info[:3] < (3, 14)))" in text
    assert "Needs python3 3.13, time zones" in (job.work / TOP / "INSTALL.md").read_text()


def test_installer_is_one_call_at_its_end(top: Path) -> None:
    """It may delete or replace itself while it runs: the shell has read all of it by then."""
    lines = (top / "install.sh").read_text().splitlines()
    assert lines[-1] == 'main "$@"'
    assert lines[-4].strip() == "exit"
