"""The .rpm as it is built: read by rpm itself."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Protocol

import pytest

from shipways.project.model import Project
from shipways.results import FormatRecord
from shipways.util.command import find, run
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
def files(built: Built) -> dict[str, list[str]]:
    """path -> mode, owner, group, flags, link."""
    fields = "[%{FILENAMES}|%{FILEMODES:perms}|%{FILEUSERNAME}|%{FILEGROUPNAME}|%{FILEFLAGS:fflags}"
    lines = query(built, f"{fields}|%{{FILELINKTOS}}\\n]").splitlines()
    return {line.split("|")[0]: line.split("|")[1:] for line in lines}


def query(built: Built, form: str) -> str:
    argv = ["rpm", "--query", "--package", f"--queryformat={form}", str(built.artifact("rpm"))]
    return run(argv, timeout=TIMEOUT_S).output


def test_build_is_clean_and_gives_the_same_bytes_twice(built: Built) -> None:
    record = built.record("rpm")
    found = [(lint.tool, lint.errors, lint.warnings) for lint in record.lint if not lint.skipped]
    assert found == [(tool, 0, 0) for tool, _, _ in found]
    assert record.build.reproducible is not False
    assert record.builder is not None
    assert record.builder.why


def test_header_says_what_dnf_needs(built: Built) -> None:
    project = built.project
    text = query(built, "%{NAME}|%{VERSION}|%{RELEASE}|%{ARCH}|%{LICENSE}|%{BUILDHOST}|%{PACKAGER}")
    assert text.split("|") == [
        project.name, project.version, "1", "noarch", project.license, "reproducible",
        project.tool.maintainer,
    ]  # fmt: skip
    requires = query(built, "[%{REQUIRENEVRS}\\n]").splitlines()
    assert "python3 >= 3.10" in requires
    assert "systemd" in requires
    provides = query(built, "[%{PROVIDENEVRS}\\n]").splitlines()
    assert {f"user({project.name})", f"group({project.name})"} <= set(provides)


def test_everything_but_the_bundle_is_listed_here(
    built: Built, files: dict[str, list[str]]
) -> None:
    name, command = built.project.name, built.project.command
    bundle = f"/usr/lib/{name}/site-packages"
    assert {path for path in files if not path.startswith(bundle)} == {
        f"/etc/{name}",
        f"/etc/{name}/{name}.env",
        f"/usr/bin/{command}",
        f"/usr/lib/{name}",
        f"/usr/lib/{name}/bin",
        f"/usr/lib/{name}/bin/{command}",
        f"/usr/lib/systemd/system/{name}.service",
        f"/usr/lib/sysusers.d/{name}.conf",
        f"/usr/lib/tmpfiles.d/{name}.conf",
        f"/usr/share/doc/{name}",
        f"/usr/share/doc/{name}/{name}.cdx.json",
        f"/usr/share/licenses/{name}",
        f"/usr/share/licenses/{name}/copyright",
        f"/usr/share/man/man1/{command}.1.gz",
    }
    assert bundle in files
    assert f"{bundle}/django" in files


def test_owners_and_modes(built: Built, files: dict[str, list[str]]) -> None:
    name = built.project.name
    settings = files.pop(f"/etc/{name}/{name}.env")
    assert settings[:3] == ["-rw-r-----", "root", name]
    assert settings[3] == "cn"  # configuration, not replaced
    link = files.pop(f"/usr/bin/{built.project.command}")
    assert link[4] == f"../lib/{name}/bin/{built.project.command}"
    for path, (mode, owner, group, *_) in files.items():
        assert (owner, group) == ("root", "root"), path
        assert mode[5] == mode[8] == "-", path


def test_no_bytecode_and_nothing_of_the_build_machine(
    built: Built, files: dict[str, list[str]], tmp_path: Path
) -> None:
    assert not [path for path in files if "__pycache__" in path or path.endswith(".pyc")]
    payload = tmp_path / "payload"
    payload.mkdir()
    unpack(built.artifact("rpm"), payload)
    traces = [
        str(path).encode()
        for path in (built.project.root, built.artifact("rpm").parent, sys.prefix)
    ]
    told = [
        (path, trace)
        for path in payload.rglob("*")
        if path.is_file() and not path.is_symlink()
        for trace in traces
        if trace in path.read_bytes()
    ]
    assert not told


def test_bill_names_every_locked_wheel(built: Built, tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    payload.mkdir()
    unpack(built.artifact("rpm"), payload)
    name = built.project.name
    inside = payload / f"usr/share/doc/{name}/{name}.cdx.json"
    sbom = bills.same(inside.read_bytes(), built.sbom("rpm"), built.project)
    bills.check_lock(sbom, built.project)


def test_scriptlets_are_all_there(built: Built) -> None:
    for tag in ("PREIN", "POSTIN", "PREUN", "POSTUN"):
        assert "exit 0" in query(built, f"%{{{tag}}}"), tag


@pytest.mark.skipif(not find("fpm"), reason="skipped: fpm is not installed")
def test_fpm_makes_the_same_package(
    built: Built, files: dict[str, list[str]], tmp_path: Path
) -> None:
    argv = ["python3", "-m", "shipways", "build", "rpm", "--builder=fpm", "--compression=fast"]
    run(
        [*argv, f"--project={built.project.root}", f"--dist={tmp_path}"],
        timeout=TIMEOUT_S,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    (path,) = tmp_path.glob("*.rpm")
    listed = run(["rpm", "--query", "--package", "--list", path], timeout=TIMEOUT_S).output
    assert set(files) <= set(listed.splitlines())


def unpack(rpm: Path, folder: Path) -> None:
    """rpm2archive writes the payload as a tar archive beside the package."""
    copy = Path(shutil.copy(rpm, folder.parent))
    run(["rpm2archive", copy], timeout=TIMEOUT_S)
    extract(Path(f"{copy}.tgz"), folder, rule="tar")
