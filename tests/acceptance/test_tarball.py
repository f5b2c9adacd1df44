"""The archive as it is built: its contents, and a run in place, without root."""

from __future__ import annotations

import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from shipways.formats import tarball
from shipways.project.model import Project
from shipways.results import FormatRecord
from shipways.util.command import run
from shipways.util.extraction import extract
from tests.acceptance import bills

TIMEOUT_S = 600


class Built(Protocol):
    """The session's builds, by the fixture of conftest.py."""

    project: Project

    def record(self, name: str) -> FormatRecord: ...
    def artifact(self, name: str, suffix: str = "") -> Path: ...
    def sbom(self, name: str) -> Path: ...


@pytest.fixture(scope="module")
def archive(built: Built) -> Iterator[tarfile.TarFile]:
    with tarfile.open(built.artifact("tarball")) as opened:
        yield opened


@pytest.fixture(scope="module")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    extract(built.artifact("tarball"), folder)
    return folder / tarball.folder_name(built.project)


def test_build_is_clean_and_gives_the_same_bytes_twice(built: Built) -> None:
    record = built.record("tarball")
    assert [(lint.tool, lint.errors, lint.warnings) for lint in record.lint] == [
        ("shellcheck", 0, 0),
        ("systemd-analyze", 0, 0),
    ]
    assert record.build.reproducible is not False


def test_all_of_it_is_in_one_folder(built: Built, archive: tarfile.TarFile) -> None:
    top = tarball.folder_name(built.project)
    assert {Path(name).parts[0] for name in archive.getnames()} == {top}
    direct = {Path(name).parts[1] for name in archive.getnames() if len(Path(name).parts) > 1}
    assert direct == {"INSTALL.md", "install.sh", "run", "files"}


def test_owners_modes_and_times(archive: tarfile.TarFile) -> None:
    for member in archive.getmembers():
        assert (member.uid, member.gid, member.uname) == (0, 0, "root"), member.name
        assert not member.mode & 0o6022, member.name
    assert len({member.mtime for member in archive.getmembers()}) == 1


def test_no_bytecode_and_nothing_of_the_build_machine(
    built: Built, archive: tarfile.TarFile
) -> None:
    assert not [name for name in archive.getnames() if "__pycache__" in name]
    places = (built.project.root, built.artifact("tarball").parent, sys.prefix)
    traces = [str(path).encode() for path in places]
    for member in archive.getmembers():
        content = archive.extractfile(member) if member.isreg() else None
        text = content.read() if content else b""
        assert not [trace for trace in traces if trace in text], member.name


def test_bill_names_every_locked_wheel(built: Built, unpacked: Path) -> None:
    name = built.project.name
    inside = unpacked / f"files/usr/share/doc/{name}/{name}.cdx.json"
    sbom = bills.same(inside.read_bytes(), built.sbom("tarball"), built.project)
    bills.check_lock(sbom, built.project)


def test_it_runs_in_place_and_leaves_no_trace_but_its_data(
    built: Built, unpacked: Path, tmp_path: Path
) -> None:
    before = {path for path in unpacked.rglob("*") if "__pycache__" not in path.parts}
    done = run(
        [unpacked / "run", "check"],
        timeout=TIMEOUT_S,
        env={"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": "/nowhere"},
        cwd=Path("/"),
    )
    assert "no issues" in done.output
    assert [path.name for path in tmp_path.iterdir()] == [built.project.name]
    assert {path for path in unpacked.rglob("*") if "__pycache__" not in path.parts} == before


def test_installer_without_rights_says_so_in_one_line(unpacked: Path) -> None:
    others = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with (unpacked / "install.sh").open("rb") as script:  # the folder is closed to other users
        argv = [*others, "sh", "-s"]
        done = run(argv, timeout=TIMEOUT_S, check=False, stdin=script, cwd=Path("/"))
    assert done.returncode == 1
    assert done.output.startswith("install.sh: root's rights are needed. Type: sudo ")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["--help-me"], ["--purge", "--foo"], ["--remove", "--purge"], ["x"], ["", ""]]
)
def test_what_is_no_option_is_refused_before_anything_is_done(
    unpacked: Path, words: list[str]
) -> None:
    done = run([unpacked / "install.sh", *words], timeout=TIMEOUT_S, check=False)
    assert done.returncode == 2
    assert "install.sh --rollback   go back" in done.output


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_lists_the_options(unpacked: Path, word: str) -> None:
    done = run([unpacked / "install.sh", word], timeout=TIMEOUT_S)
    for option in ("--rollback", "--remove", "--purge", "--help"):
        assert f"install.sh {option} " in done.output
