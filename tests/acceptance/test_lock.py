"""What an artifact holds is what the lock names, seen by the tools of each kind of file.

The project has a compiled dependency, one that only later Pythons need, and a licence that is no
UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.project.python_versions import HERE
from shipways.results import FormatRecord
from shipways.util.command import run
from shipways.util.measure import sha256

DEPENDENCIES = """\
dependencies = ["markupsafe>=3", "legacy-cgi>=2 ; python_version >= '3.13'"]
"""
LOCK = ("uv", "pip", "compile", "--universal", "--fork-strategy=fewest", "--generate-hashes")
NAMES = {  # how each kind of file tells what is in it
    "deb-bundled": "dpkg-deb --contents",
    "rpm": "rpm --query --list --package",
    "tarball": "tar --list --file",
}
TIMEOUT_S = 300
Build = Callable[..., dict[str, FormatRecord]]


@pytest.fixture
def locked(notes: Path) -> Path:
    file = notes / "pyproject.toml"
    file.write_text(file.read_text().replace('dependencies = ["django>=4.2"]\n', DEPENDENCIES))
    (notes / "LICENSE").write_bytes("Copyright (c) 2020 René Müller\n".encode("latin-1"))
    run([*LOCK, "pyproject.toml", "-o", "requirements.lock"], cwd=notes, timeout=TIMEOUT_S)
    return notes


@pytest.fixture
def build(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setenv("SHIPWAYS_CACHE", str(tmp_path / "cache"))

    def made(*formats: str) -> dict[str, FormatRecord]:
        cli.main(["build", *formats, "--project", str(locked), "--compression", "fast"])
        found = results.load(locked / "dist" / results.FILE_NAME)
        assert found is not None
        return found.formats

    return made


def test_artifacts_hold_what_the_lock_names(build: Build, locked: Path, tmp_path: Path) -> None:
    records = build(*NAMES)
    expected = {"markupsafe", "notes_app"} | ({"legacy_cgi"} if HERE >= "3.13" else set())
    for wanted, command in NAMES.items():
        assert records[wanted].status == "ok", records[wanted].reason
        assert f"python3 {HERE}" in records[wanted].needs  # compiled for this one
        path = locked / "dist" / records[wanted].artifacts[0].path
        assert held(command, path) == expected
    damaged = tmp_path / "cache" / "wheelhouse"
    for wheel in damaged.glob("*/*.whl"):
        wheel.unlink()
    before = sha256(path)
    again = build("tarball")["tarball"]
    assert again.status == "ok", again.reason
    assert sha256(path) == before


def held(command: str, path: Path) -> set[str]:
    """Distributions, by the names of their metadata."""
    lines = run([*command.split(), path], timeout=TIMEOUT_S).output.splitlines()
    infos = (line for line in lines if line.endswith(".dist-info/METADATA"))
    return {info.split("/")[-2].split("-")[0].lower() for info in infos}


def test_image_has_wheels_for_its_own_python(build: Build) -> None:
    record = build("docker")["docker"]
    assert record.status == "ok", record.reason
    code = "import cgi, json, markupsafe._speedups as s; print(json.dumps(s.__file__))"
    argv = ["docker", "run", "--rm", "--entrypoint=/usr/bin/python3", "notes-app:1.2.0"]
    path = "import sys; sys.path[:0] = ['/app/dependencies', '/app/site-packages']"
    done = run([*argv, "-I", "-c", f"{path}; {code}"], timeout=TIMEOUT_S)
    run(["docker", "image", "rm", "--force", "notes-app:1.2.0"], timeout=TIMEOUT_S)
    assert ".cpython-313-" in json.loads(done.output)
