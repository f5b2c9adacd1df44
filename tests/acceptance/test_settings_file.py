"""The launcher reads NAME.env as the service manager of the machine does, whichever that is."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipways.formats import installed_files
from shipways.machines import image_cache
from shipways.machines.machine import Machine, machine
from shipways.verify import targets
from tests.acceptance.conftest import Built
from tests.formats.settings_files import TABLE, hostile

COMMENTS = (b"# a \\\nA=1\nB=2\n", b"; \\\\\nA=1\n", b"#\\\r\nA=1\n", b"# \\\rA=1\nB=2")
FILES = (*(content for content, _ in TABLE), *COMMENTS, *hostile(150, seed=2, more=("$A", "${B}")))
UNIT = """\
[Service]
Type=oneshot
EnvironmentFile=-/trial/in/%i
ExecStart=/usr/bin/env -0
StandardOutput=file:/trial/service/%i
"""
READ = """
import os, runpy, sys
launcher = runpy.run_path("/trial/launcher")
for name in os.listdir("/trial/in"):
    found = launcher["read_settings"]("/trial/in/" + name)
    with open("/trial/launcher-read/" + name, "wb") as out:
        for item in found.items():
            out.write(b"=".join(map(os.fsencode, item)) + bytes(1))
"""


@pytest.fixture(params=["debian:12", "debian:13"])
def root(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine with the systemd of that release, and Python."""
    (target,) = targets.choose([request.param])
    with machine(image_cache.ensure(target.role, packages=target.common), systemd=True) as booted:
        yield booted


def test_the_service_and_the_command_get_the_same(
    root: Machine, built: Built, tmp_path: Path
) -> None:
    files = installed_files.system_files(built.project, "tarball", epoch=0)
    place = f"/usr/lib/{built.project.name}/bin/{built.project.command}"
    launcher = next(file.content for file in files if file.path == place)
    work = tmp_path / "work"
    for folder in ("in", "service", "launcher-read"):
        (work / folder).mkdir(parents=True)
    for number, content in enumerate(FILES):
        (work / "in" / str(number)).write_bytes(content)
    (work / "launcher").write_bytes(launcher)
    (work / "read.py").write_text(READ)
    (work / "read@.service").write_text(UNIT)
    root.copy_in(work, "/trial")
    root.run("cp /trial/read@.service /run/systemd/system && systemctl daemon-reload", timeout=30)
    units = " ".join(f"read@{number}" for number in range(len(FILES)))
    root.run(f"systemctl start {units}", timeout=120)
    root.run("python3 -I /trial/read.py", timeout=60, env={"LC_ALL": "C"})
    root.run("tar -cf /trial.tar --directory=/trial service launcher-read", timeout=30)
    root.copy_out("/trial.tar", tmp_path / "out.tar")
    with tarfile.open(tmp_path / "out.tar") as out:
        read = {entry.name: variables(out, entry) for entry in out if entry.isfile()}
    usual = read["service/0"]  # of an empty file
    for number, content in enumerate(FILES):
        service = read[f"service/{number}"].items()
        given = {name: value for name, value in service if name not in usual}
        assert read[f"launcher-read/{number}"] == given, content


def variables(out: tarfile.TarFile, entry: tarfile.TarInfo) -> dict[bytes, bytes]:
    """What `env -0` wrote."""
    file = out.extractfile(entry)
    assert file is not None
    pairs = (pair.partition(b"=") for pair in file.read().split(b"\0") if pair)
    return {name: value for name, _, value in pairs}
