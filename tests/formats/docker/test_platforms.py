"""Images for other processors: what is asked for, what is skipped and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.errors import BuildError, UsageError
from shipways.formats.base import Job, Options
from shipways.formats.docker import buildx, minimal_base, platforms
from shipways.inputs.wheelhouse import Wheelhouse
from shipways.machines import engine
from shipways.machines.image_cache import Image
from shipways.project import model

PURE, COMPILED = Path("a-1-py3-none-any.whl"), Path("b-1-cp313-cp313-linux_x86_64.whl")
ENTRY = "enabled\ninterpreter /usr/bin/qemu\nflags: {}\noffset 0\n"


@pytest.fixture
def job(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job for arm64 on a machine that emulates nothing yet."""
    monkeypatch.setattr(engine, "architecture", lambda: "amd64")
    monkeypatch.setattr(platforms, "BINFMT", tmp_path)
    monkeypatch.setattr(platforms, "_build", lambda *_: None)
    inputs: Any = SimpleNamespace(image_wheelhouse=(PURE,))
    options = Options(platform="linux/arm64")
    return Job(model.load(notes), inputs, tmp_path, tmp_path, options)


def archives(job: Job) -> tuple[list[str], list[str]]:
    made, skipped = platforms.archives(job, "notes:1", Path("notes-1-image.tar.gz"))
    return [path.name for path in made], skipped


def emulate(flags: str) -> None:
    (platforms.BINFMT / "qemu-aarch64").write_text(ENTRY.format(flags))


def test_it_is_built_where_it_is_emulated(job: Job) -> None:
    emulate("POCF")
    assert archives(job) == (["notes-1-image-arm64.tar.gz"], [])


@pytest.mark.parametrize("flags", ["", "P"])
def test_without_emulation_it_says_how_to_get_it(job: Job, flags: str) -> None:
    if flags:
        emulate(flags)  # it would not be found in a container
    made, (skipped,) = archives(job)
    assert not made
    assert skipped.startswith("linux/arm64 skipped: this machine does not emulate arm64.")
    assert "apt-get install qemu-user-static binfmt-support" in skipped
    assert "tonistiigi/binfmt --install arm64" in skipped


def test_compiled_wheels_are_for_one_processor(job: Job) -> None:
    emulate("F")
    inputs: Any = SimpleNamespace(image_wheelhouse=(PURE, COMPILED))
    _made, (skipped,) = archives(replace(job, inputs=inputs))
    assert f"{COMPILED} is compiled for this machine's processor" in skipped


def test_the_engine_s_own_is_built_anyway(job: Job) -> None:
    assert archives(replace(job, options=Options(platform="linux/amd64"))) == ([], [])


@pytest.mark.parametrize("platform", ["windows/amd64", "linux/vax", "arm64"])
def test_an_unknown_platform(job: Job, platform: str) -> None:
    with pytest.raises(UsageError, match="no platform"):
        archives(replace(job, options=Options(platform=platform)))


def test_other_bases_are_for_this_machine() -> None:
    with pytest.raises(BuildError, match="Only the base `minimal`"):
        minimal_base.ensure_base("debian", architecture="arm64")


def test_steps_run_in_a_base_for_this_processor(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = job.work / "empty"
    empty.mkdir()
    monkeypatch.setattr(buildx, "_wheel", lambda *_: empty)
    monkeypatch.setattr(buildx, "wheelhouse", lambda _: empty)
    inputs: Any = SimpleNamespace(commit="", image_house=Wheelhouse((), "", ()))
    foreign, own = (Image(ref, "runtime", "archive", "Debian") for ref in ("arm:1", "amd:1"))
    command = buildx._command(replace(job, inputs=inputs), foreign, own, "linux/arm64")
    assert {"--platform=linux/arm64", "--build-arg=BASE=arm:1", "--build-arg=BUILDER=amd:1"} <= {
        *map(str, command)
    }
