"""The wheel as it is built: its bill of materials, and an installation by pip."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from installer.sources import WheelFile

from shipways.project import lockfile
from shipways.util.command import run
from shipways.util.measure import sha256
from tests.acceptance import bills

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

TIMEOUT_S = 300


def inside(built: Built) -> str:
    """Where PEP 770 puts the bill."""
    name, version = built.project.name, built.project.version
    return f"{name}-{version}.dist-info/sboms/{name}.cdx.json"


def test_build_is_clean_and_gives_the_same_bytes_twice(built: Built) -> None:
    record = built.record("wheel")
    found = [(lint.tool, lint.errors, lint.warnings) for lint in record.lint]
    assert found == [("twine", 0, 0), ("check-wheel-contents", 0, 0)]
    assert record.build.reproducible is True


def test_bill_names_all_that_the_lock_admits(built: Built) -> None:
    """The wheel is for every machine, so every file of a locked version is in it by its hash."""
    with zipfile.ZipFile(built.artifact("wheel", ".whl")) as wheel:
        sbom = bills.same(wheel.read(inside(built)), built.sbom("wheel"), built.project)
    named = {
        (part["name"], part["version"]): {one["content"] for one in files["hashes"]}
        for part in sbom["components"]
        for files in part["externalReferences"]
    }
    locked = lockfile.read(built.project.lock)
    assert named == {(entry.name, entry.version): {*entry.hashes} for entry in locked}


def test_record_fits_and_pip_brings_the_bill(built: Built, tmp_path: Path) -> None:
    artifact = built.artifact("wheel", ".whl")
    with WheelFile.open(artifact) as wheel:
        wheel.validate_record()
    words = ["install", "--no-deps", "--no-index", f"--target={tmp_path}", str(artifact)]
    run([sys.executable, "-m", "pip", *words], timeout=TIMEOUT_S)
    assert sha256(tmp_path / inside(built)) == sha256(built.sbom("wheel"))


def test_sums_are_over_bills_as_well(built: Built) -> None:
    """What `sha256sum --check` reads; a link has no file, but a bill."""
    for name in ("wheel", "git"):
        assert built.sbom(name).is_file()
    assert built.record("git").artifacts == []
    done = run(["sha256sum", "--check", "SHA256SUMS"], timeout=TIMEOUT_S, cwd=built.dist)
    for name in ("wheel", "git"):
        assert f"{built.sbom(name).name}: OK" in done.output
