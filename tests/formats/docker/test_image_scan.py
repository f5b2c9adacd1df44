"""What is found in an image's layers, and on the bases that images are compared on."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.errors import BuildError
from shipways.formats.base import Job
from shipways.formats.docker import compare_bases, image_archive, image_scan
from shipways.formats.docker.first_response import Answer
from shipways.inputs.stages import Inputs
from shipways.machines import image_names
from shipways.machines.image_cache import Image
from shipways.project import model
from shipways.results import BaseRecord

ON_DEBIAN = Image("shipways/debian-13:1", "debian:13", "archive", "Debian 13 (trixie)")
MINIMAL = Image("shipways/runtime:1", "runtime", "archive", "Debian 13, Python only")


@pytest.fixture
def layer(tmp_path: Path) -> Any:
    """Writes a layer from paths and contents; a mode may follow a path after a space."""

    def make(**files: bytes) -> Path:
        path = tmp_path / f"{len([*tmp_path.iterdir()])}.tar"
        with tarfile.open(path, "w") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name.partition(" ")[0])
                info.size, info.mode = len(content), int(name.partition(" ")[2] or "644", 8)
                archive.addfile(info, io.BytesIO(content))
        return path

    return make


def test_a_bare_image(layer: Any) -> None:
    found = image_scan.read([layer(**{"usr/bin/python3.13": b""}), layer(**{"app/launch.py": b""})])
    assert found == image_scan.Contents(
        files=2, shell=False, package_manager=False, pip=False, setuid_files=0
    )


def test_an_image_with_everything(layer: Any) -> None:
    found = image_scan.read(
        [
            layer(**{"./usr/bin/dash": b"", "usr/bin/apt-get": b"", "usr/bin/su 4755": b""}),
            layer(**{"usr/local/lib/python3.13/site-packages/pip/__main__.py": b""}),
        ]
    )
    assert (found.shell, found.package_manager, found.pip) == (True, True, True)
    assert found.setuid_files == 1


def test_what_an_upper_layer_removes_is_gone(layer: Any) -> None:
    found = image_scan.read(
        [
            layer(**{"bin/sh": b"", "opt/a": b"", "opt/b": b"", "optional": b""}),
            layer(**{"bin/.wh.sh": b"", "opt/c": b"", "opt/.wh..wh..opq": b""}),
        ]
    )
    assert not found.shell
    assert found.files == 2  # opt/c and optional


@pytest.fixture
def job(notes: Path, tmp_path: Path) -> Job:
    for name in ("work", "inputs"):
        (tmp_path / name).mkdir()
    inputs = Inputs(model.load(notes), 7, tmp_path / "cache", tmp_path / "inputs", tmp_path)
    return Job(inputs.project, inputs, tmp_path / "work", tmp_path / "logs")


@pytest.mark.process
def test_one_line_is_changed_in_a_copy(job: Job) -> None:
    changed = compare_bases._changed(job)
    (module,) = changed.project.root.rglob("cli.py")
    assert module.read_text().endswith(compare_bases.CHANGE)
    assert changed.project.name == job.project.name
    assert not list(job.project.root.rglob("*changed*"))


def test_an_entry_point_that_is_in_no_file(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="is in no file of the project"):
        compare_bases._module(tmp_path, "nowhere.cli:main")


def test_each_base_is_a_record(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be had is skipped, one that does not answer has failed; others go on."""
    removed: list[str] = []
    python: Any = SimpleNamespace(asked=0)

    def base_image(job: Job) -> Image:
        if job.options.base == "python":
            raise BuildError("It cannot be pulled.")
        return ON_DEBIAN if job.options.base == "debian" else MINIMAL

    def record(job: Job, *_: object) -> BaseRecord:
        return BaseRecord(status="ok", artifact_bytes=int(job.options.bytecode))

    def first_answer(image: str, _: object) -> Answer:
        if "debian" in image:
            raise BuildError("The image does not answer.")
        python.asked += 1
        return Answer(float(python.asked), 0.5)

    monkeypatch.setattr(image_archive, "base_image", base_image)
    monkeypatch.setattr(compare_bases, "_changed", lambda _job: None)
    monkeypatch.setattr(compare_bases, "_record", record)
    monkeypatch.setattr(compare_bases, "first_answer", first_answer)
    monkeypatch.setattr(image_names, "untag", removed.append)
    found = compare_bases.compare(job)
    assert {name: base.status for name, base in found.items()} == {
        "minimal": "ok",
        "minimal-no-bytecode": "ok",
        "python": "skipped",
        "debian": "failed",
    }
    assert [name for name, base in found.items() if base.default] == ["minimal"]
    assert found["minimal"].first_response_runs == [1.0, 3.0, 5.0]  # in turn with the other
    assert found["minimal"].first_response_s == 3.0
    assert found["minimal-no-bytecode"].artifact_bytes == 0
    assert len(removed) == 3
