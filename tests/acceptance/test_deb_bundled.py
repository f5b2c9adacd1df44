"""The self-contained .deb as it is built: contents, owners, modes, scripts, a first run."""

from __future__ import annotations

import stat
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from debian.debfile import DebFile

from shipways.formats.deb import ar
from shipways.project.model import Project
from shipways.results import FormatRecord
from shipways.util.command import find, run
from shipways.util.extraction import extract
from tests.acceptance import bills

TIMEOUT_S = 600
SYSTEM = {  # everything but the bundle: path -> mode
    "./etc/{name}/{name}.env": 0o640,
    "./usr/bin/{command}": 0o777,
    "./usr/lib/{name}/bin/{command}": 0o755,
    "./usr/lib/systemd/system/{name}.service": 0o644,
    "./usr/lib/sysusers.d/{name}.conf": 0o644,
    "./usr/lib/tmpfiles.d/{name}.conf": 0o644,
    "./usr/share/doc/{name}-bundled/changelog.Debian.gz": 0o644,
    "./usr/share/doc/{name}-bundled/copyright": 0o644,
    "./usr/share/doc/{name}-bundled/{name}.cdx.json": 0o644,
    "./usr/share/lintian/overrides/{name}-bundled": 0o644,
    "./usr/share/man/man1/{command}.1.gz": 0o644,
}


class Built(Protocol):
    """The session's builds, by the fixture of conftest.py."""

    project: Project

    def record(self, name: str) -> FormatRecord: ...
    def artifact(self, name: str, suffix: str = "") -> Path: ...
    def sbom(self, name: str) -> Path: ...


@pytest.fixture(scope="module")
def package(built: Built) -> Iterator[DebFile]:
    with DebFile(str(built.artifact("deb-bundled"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def members(package: DebFile) -> dict[str, tarfile.TarInfo]:
    return {str(member.name): member for member in package.data.tgz().getmembers()}


def test_build_is_clean_and_gives_the_same_bytes_twice(built: Built) -> None:
    record = built.record("deb-bundled")
    assert {lint.tool for lint in record.lint} == {"lintian", "shellcheck", "systemd-analyze"}
    assert [(lint.tool, lint.errors, lint.warnings) for lint in record.lint] == [
        (lint.tool, 0, 0) for lint in record.lint
    ]
    assert record.build.reproducible is not False
    assert record.builder is not None
    assert record.builder.compression


def test_everything_but_the_bundle_is_listed_here(
    built: Built, members: dict[str, tarfile.TarInfo]
) -> None:
    bundle = f"./usr/lib/{built.project.name}/site-packages/"
    found = {
        name: member.mode & 0o777
        for name, member in members.items()
        if not member.isdir() and not name.startswith(bundle) and not member.issym()
    }
    names = {"name": built.project.name, "command": built.project.command}
    expected = {path.format(**names): mode for path, mode in SYSTEM.items()}
    del expected[f"./usr/bin/{built.project.command}"]  # a link, below
    assert found == expected
    assert [name for name, member in members.items() if member.issym()] == [
        f"./usr/bin/{built.project.command}"
    ]


def test_bundle_holds_the_app_and_every_locked_dependency(
    built: Built, members: dict[str, tarfile.TarInfo]
) -> None:
    record = built.record("deb-bundled")
    bundle = f"./usr/lib/{built.project.name}/site-packages/"
    distributions = {
        name.removeprefix(bundle).split("-")[0].replace("_", "-").lower()
        for name in members
        if name.startswith(bundle) and name.rstrip("/").endswith(".dist-info")
    }
    assert built.project.name in distributions
    assert "django" in distributions
    assert record.artifacts[0].installed_bytes


def test_owners_modes_and_times(members: dict[str, tarfile.TarInfo]) -> None:
    for name, member in members.items():
        assert (member.uid, member.gid) == (0, 0), name
        if not member.issym():
            assert not member.mode & (stat.S_IWGRP | stat.S_IWOTH), name
        assert not member.mode & (stat.S_ISUID | stat.S_ISGID), name
    assert len({member.mtime for member in members.values()}) == 1


def test_no_bytecode_and_nothing_of_the_build_machine(
    built: Built, package: DebFile, members: dict[str, tarfile.TarInfo]
) -> None:
    assert not [name for name in members if "__pycache__" in name or name.endswith(".pyc")]
    traces = [
        str(path).encode()
        for path in (built.project.root, built.artifact("deb-bundled").parent, sys.prefix)
    ]
    archive = package.data.tgz()
    told = []
    for name, member in members.items():
        content = archive.extractfile(member) if member.isreg() else None
        text = content.read() if content else b""
        told += [(name, trace) for trace in traces if trace in text]
    assert not told
    assert not [name for name in members if "secret" in Path(name).name and "key" in name]


def test_control_says_what_apt_needs(built: Built, package: DebFile) -> None:
    control = package.debcontrol()
    name = built.project.name
    assert control["Package"] == f"{name}-bundled"
    assert control["Architecture"] == "all"
    assert control["Conflicts"] == control["Replaces"] == control["Provides"] == name
    assert control["Maintainer"] == built.project.tool.maintainer
    assert "python3 (>= 3.10)" in control["Depends"]
    assert (package.control.get_content("conffiles") or b"").decode().split() == [
        f"/etc/{name}/{name}.env"
    ]


def test_maintainer_scripts_are_all_there(package: DebFile) -> None:
    assert set(package.scripts()) == {"preinst", "postinst", "prerm", "postrm"}


def test_copyright_names_every_distribution(built: Built, package: DebFile) -> None:
    path = f"usr/share/doc/{built.project.name}-bundled/copyright"
    text = (package.data.get_content(path) or b"").decode()
    assert text.startswith("Format: https://www.debian.org/doc/packaging-manuals/")
    assert "site-packages/django/*" in text
    assert "License: BSD-3-Clause" in text


def test_bill_names_every_locked_wheel(built: Built, package: DebFile) -> None:
    name = built.project.name
    inside = package.data.get_content(f"usr/share/doc/{name}-bundled/{name}.cdx.json") or b""
    sbom = bills.same(inside, built.sbom("deb-bundled"), built.project)
    bills.check_lock(sbom, built.project)


def test_the_code_runs_with_nothing_of_this_machines_packages(
    built: Built, package: DebFile, tmp_path: Path
) -> None:
    project = built.project
    *_, data = ar.unpack(built.artifact("deb-bundled"), tmp_path)
    extract(data, tmp_path / "root")
    launcher = tmp_path / "root" / f"usr/lib/{project.name}/bin/{project.command}"
    (tmp_path / "poison").mkdir()
    (tmp_path / "poison" / "django.py").write_text("raise SystemExit('not isolated')\n")
    done = run(
        ["/usr/bin/python3", launcher, "check"],
        timeout=TIMEOUT_S,
        env={"PYTHONPATH": str(tmp_path / "poison"), "XDG_STATE_HOME": str(tmp_path / "state")},
    )
    assert "no issues" in done.output
    assert list((tmp_path / "state").iterdir()) == [tmp_path / "state" / project.name]


def names(package: DebFile) -> set[str]:
    return {str(name).strip("./") for name in package.data.tgz().getnames()}


@pytest.mark.skipif(not find("fpm"), reason="skipped: fpm is not installed")
def test_fpm_makes_the_same_package(built: Built, package: DebFile, tmp_path: Path) -> None:
    argv = [
        "python3",
        "-m",
        "shipways",
        "build",
        "deb-bundled",
        "--builder=fpm",
        "--compression=fast",
    ]
    run(
        [*argv, f"--project={built.project.root}", f"--dist={tmp_path}"],
        timeout=TIMEOUT_S,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    (path,) = tmp_path.glob("*.deb")
    with DebFile(str(path)) as other:
        ours, theirs = names(package), names(other)
        assert ours <= theirs
        assert other.debcontrol()["Depends"] == package.debcontrol()["Depends"]
        assert set(other.scripts()) == set(package.scripts())
