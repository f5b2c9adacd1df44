"""Packagers take every kind of version, and their package managers read it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shipways.formats import FORMATS
from shipways.formats.base import Job
from shipways.formats.deb import bundled_metadata
from shipways.formats.packagers import Package, nfpm, rpmbuild
from shipways.formats.rpm import metadata
from shipways.project import model, versions
from shipways.util.command import run

pytestmark = pytest.mark.process

VERSIONS = ("1.0.0", "1!1.0rc1.dev2", "2024.1.dev3", "1.0.post1", "3!1.0.post1.dev2+g1f.5.abc")
RPM_QUERY = "%{EVR}\\n%{CHANGELOGNAME}\\n[%{PROVIDENEVRS}\\n]"


@pytest.mark.parametrize("name", FORMATS)
def test_no_step_has_what_bash_would_recall(name: str, notes: Path) -> None:
    """A "!" outside of single quotes (bash(1), HISTORY EXPANSION)."""
    shipped = replace(model.load(notes), version=VERSIONS[-1])
    steps = FORMATS[name].printed(shipped)
    assert not [step for step in steps if "!" in re.sub("'[^']*'", "", step.command)]


@pytest.fixture(params=VERSIONS)
def versioned(request: pytest.FixtureRequest, make_job: Callable[..., Job]) -> Job:
    job = make_job()
    return replace(job, project=replace(job.project, version=request.param))


def make_rpm_by_nfpm(package: Package, out: Path, work: Path) -> None:
    nfpm.make(package, out, work, work / "log", "gzip")


def make_rpm_by_rpmbuild(package: Package, out: Path, work: Path) -> None:
    rpmbuild.make(package, out, work, work / "log", "w1.gzdio")


def test_dpkg_reads_back_what_nfpm_was_told(versioned: Job, tmp_path: Path) -> None:
    out = tmp_path / bundled_metadata.file_name(versioned.project, "all")
    nfpm.make(bundled_metadata.describe(versioned), out, versioned.work, tmp_path / "log", "gzip")
    found = run(["dpkg-deb", "--field", out, "Version"], timeout=30).output.strip()
    assert found == f"{versions.debian(versioned.project.version)}-1"
    run(["dpkg", "--validate-version", found], timeout=30)


def test_a_changelog_has_the_epoch(versioned: Job) -> None:
    package = bundled_metadata.describe(versioned)
    (work := versioned.work / "changelog").write_bytes(bundled_metadata.changelog(package))
    found = run(["dpkg-parsechangelog", f"-l{work}", "-SVersion"], timeout=30).output.strip()
    assert found == f"{versions.debian(versioned.project.version)}-1"


@pytest.mark.parametrize("make", [make_rpm_by_nfpm, make_rpm_by_rpmbuild])
def test_rpm_reads_back_what_its_packager_was_told(
    versioned: Job, make: Callable[[Package, Path, Path], None], tmp_path: Path
) -> None:
    out = tmp_path / "out" / metadata.file_name(versioned.project, "noarch")
    out.parent.mkdir()
    (work := tmp_path / "work").mkdir()
    make(metadata.describe(versioned), out, work)
    query: list[str | Path] = ["rpm", "-qp", "--nosignature", f"--qf={RPM_QUERY}", out]
    version = f"{versions.debian(versioned.project.version)}-1"
    evr, changelog, *provides = run(query, timeout=30).output.splitlines()
    assert (evr, changelog) == (version, f"Ada Lovelace <ada@example.org> - {version}")
    assert f"notes-app = {version}" in provides
