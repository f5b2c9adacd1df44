"""From a file's mode and name in Git to those in every artifact, by the tools that install them."""

from __future__ import annotations

import stat
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from shipways.formats import tarball
from shipways.formats.base import Job, Product
from shipways.formats.deb import bundled
from shipways.formats.rpm import format as rpm
from shipways.util.command import run
from shipways.util.measure import sha256 as digest
from tests.formats.conftest import make_job, site
from tests.project.test_checkout import SHAPES, commit

__all__ = ["make_job", "site"]  # fixtures

TIMEOUT_S = 300
MASKS = ("000", "077")
PREFIX = "/usr/lib/notes-app/site-packages/"
BACKENDS = {
    "setuptools": """\
build-system = { requires = ["setuptools>=77"], build-backend = "setuptools.build_meta" }
[tool.setuptools]
packages = ["notes"]
package-data = { notes = ["**/*"] }
""",
    "hatchling": """\
build-system = { requires = ["hatchling"], build-backend = "hatchling.build" }
[tool.hatch.build.targets.wheel]
packages = ["notes"]
""",
}
Found = dict[str, tuple[int, str]]  # relative path -> mode and SHA-256
QUERY = "[%{FILEMODES:octal} %{FILEDIGESTS} %{FILENAMES}\\n]"


def tree(folder: Path) -> Found:
    return {
        str(path.relative_to(folder)): (stat.S_IMODE(path.stat().st_mode), digest(path))
        for path in folder.rglob("*")
        if path.is_file()
    }


def in_deb(path: Path, folder: Path) -> Found:
    run(["dpkg-deb", "--extract", path, folder], timeout=TIMEOUT_S)
    return tree(folder / PREFIX.lstrip("/"))


def in_rpm(path: Path, folder: Path) -> Found:
    lines = run(["rpm", "-qp", "--queryformat", QUERY, path], timeout=TIMEOUT_S).output.splitlines()
    rows = [line.split(" ", 2) for line in lines if f" {PREFIX}" in line]
    files = [row for row in rows if stat.S_ISREG(int(row[0], 8))]
    return {name[len(PREFIX) :]: (int(mode, 8) & 0o777, hashed) for mode, hashed, name in files}


def in_tarball(path: Path, folder: Path) -> Found:
    folder.mkdir()
    run(["tar", "--extract", "--file", path, "--directory", folder], timeout=TIMEOUT_S)
    return tree(next(folder.rglob("site-packages")))


@pytest.fixture
def odd(site: Path) -> Found:
    """A bundle with names of all kinds; every second file is executable, and no script."""
    for number, name in enumerate(SHAPES):
        path = site / "notes_app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o755 if number % 2 else 0o644)
    return tree(site)


@pytest.mark.parametrize(
    ("build", "options", "read"),
    [
        (bundled.build, {}, in_deb),
        (bundled.build, {"compression": "fast"}, in_deb),
        (rpm.build, {"builder": "nfpm"}, in_rpm),
        (rpm.build, {"builder": "rpmbuild"}, in_rpm),
        (tarball.build, {}, in_tarball),
    ],
    ids=["deb", "deb-fast", "rpm-nfpm", "rpm-rpmbuild", "tarball"],
)
def test_names_and_modes_are_those_of_the_bundle(
    build: Callable[[Job], Product],
    options: dict[str, str],
    read: Callable[[Path, Path], Found],
    odd: Found,
    make_job: Callable[..., Job],
) -> None:
    job = make_job(**options)
    assert read(build(job).paths[0], job.work / "read") == odd


def test_a_real_executable_bit_is_no_finding(odd: Found, make_job: Callable[..., Job]) -> None:
    for module, linter in ((bundled, "lintian"), (rpm, "rpmlint")):
        job = make_job(compression="fast")
        found = module.lint(job, module.build(job))
        assert not found[0].skipped
        text = (job.logs / f"lint-{linter}.log").read_text()
        told = [line for line in text.splitlines() if "executable" in line and line[:1] in "EW"]
        assert not told


@pytest.fixture(params=BACKENDS)
def linked(notes: Path, request: pytest.FixtureRequest) -> Path:
    """A checkout with data in a folder called dist, an executable, and links to file and folder."""
    package = notes / "notes"
    (package / "dist").mkdir()
    (package / "dist" / "app.js").write_text("let x = 1\n")
    (package / "run").write_text("#!/bin/sh\n")
    (package / "run").chmod(0o755)
    (package / "latest").symlink_to("dist")
    (package / "app.js").symlink_to("dist/app.js")
    text = (notes / "pyproject.toml").read_text().partition("\n\n")[2]
    text = text.replace('[tool.setuptools]\npackages = ["notes"]\n', "")
    (notes / "pyproject.toml").write_text(f"{BACKENDS[request.param]}\n{text}")
    (notes / ".gitignore").write_text("/dist/\nnotes/secret\n")
    commit(notes)
    (package / "secret").write_text("SECRET_KEY=1\n")
    (package / "untracked").write_text("draft\n")
    return notes


def test_a_wheel_is_the_same_under_every_umask(linked: Path, tmp_path: Path) -> None:
    made = []
    for mask in MASKS:
        dist = tmp_path / mask
        command = f'umask {mask} && exec "$@"'
        argv = [sys.executable, "-m", "shipways", "build", "wheel"]
        argv += [f"--project={linked}", f"--dist={dist}"]
        done = run(["sh", "-c", command, "sh", *argv], timeout=TIMEOUT_S)
        assert "not shipped: 'notes/untracked'" in done.output
        made.append({path.name: digest(path) for path in dist.glob("notes_app-1.2.0*")})
    assert len(made[0]) == 3
    assert made[0] == made[1]
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        files = {info.filename: info.external_attr >> 16 & 0o777 for info in wheel.infolist()}
        held = sha256(wheel.read("notes/latest/app.js")).hexdigest()
    assert files["notes/run"] == 0o755
    assert files["notes/app.js"] == files["notes/dist/app.js"] == files["notes/cli.py"] == 0o644
    assert held == digest(linked / "notes" / "dist" / "app.js")
    assert not {"notes/secret", "notes/untracked"} & set(files)
