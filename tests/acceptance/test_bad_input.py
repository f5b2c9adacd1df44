"""What goes wrong outside: full disks, Ctrl-C, two builds at once, missing tools, odd paths.

Each is an error with its exit code and a next step, and dist/ keeps what it had.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from shipways import results
from shipways.util.command import Completed, run
from shipways.util.measure import sha256

SHIPWAYS = (sys.executable, "-m", "shipways")
TIMEOUT_S = 300


def shipways(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Completed:
    return run([*SHIPWAYS, *arguments], timeout=TIMEOUT_S, check=False, env=env)


def start(notes: Path) -> subprocess.Popen[bytes]:
    """A build in the background, once it holds dist/ and has begun to work."""
    argv = [*SHIPWAYS, "build", "wheel", "--project", str(notes)]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(notes.glob("dist/.work-*/inputs/*/build")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None
    return process


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a project, but not for what is built from it."""
    mount = tmp_path / "small"
    mount.mkdir()
    run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount], timeout=30)
    yield mount
    run(["umount", "-l", mount], timeout=30)


def test_path_with_spaces_and_letters(notes: Path) -> None:
    done = shipways("build", "wheel", "--project", notes)
    assert done.returncode == 0, done.output
    assert "notes project ü" in str(notes)
    names = {path.name for path in (notes / "dist").iterdir()}
    assert {"notes_app-1.2.0-py3-none-any.whl", "notes_app-1.2.0.tar.gz", "report.html"} <= names
    assert not list(notes.glob("*.egg-info"))
    found = results.load(notes / "dist" / "results.json")
    assert found is not None
    assert found.formats["wheel"].build.reproducible


def test_disk_full(notes: Path, small_disk: Path) -> None:
    (small_disk / "SHA256SUMS").write_text("what it had\n")
    done = shipways("build", "wheel", "--project", notes, "--dist", small_disk)
    assert done.returncode == 1, done.output
    assert "No space left on device" in done.output
    assert "Traceback" not in done.output
    left = {path.name for path in small_disk.iterdir()} - {".lock", "logs", "results.json"}
    assert left <= {"SHA256SUMS", "report.md", "report.html"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle(notes: Path, number: signal.Signals) -> None:
    assert shipways("build", "wheel", "--project", notes).returncode == 0
    before = {path.name: sha256(path) for path in (notes / "dist").glob("*.*")}
    process = start(notes)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Stopped; dist/ keeps what it had." in errors
    assert b"Traceback" not in errors
    after = {path.name: sha256(path) for path in (notes / "dist").glob("*.*")}
    assert after == before
    building = [process for process in Path("/proc").glob("[0-9]*") if _works_in(process, notes)]
    assert not building


def test_two_builds_at_once(notes: Path) -> None:
    process = start(notes)
    try:
        second = shipways("build", "wheel", "--project", notes)
        assert second.returncode == 1
        assert "Another build is writing to" in second.output
        assert "--dist" in second.output
    finally:
        process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0


def test_engine_is_not_running(notes: Path) -> None:
    nowhere = {"DOCKER_HOST": "unix:///run/no-engine-here.sock"}
    done = shipways("build", "docker", "--project", notes, env=nowhere)
    assert done.returncode == 3, done.output
    found = results.load(notes / "dist" / "results.json")
    assert found is not None
    assert found.formats["docker"].status == "skipped"
    assert "no Docker answers there" in found.formats["docker"].reason


def test_tool_is_missing(notes: Path, tmp_path: Path) -> None:
    git = run(["which", "git"], timeout=9).output.strip()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    done = shipways("build", "deb", "--project", notes, env={"PATH": str(tmp_path / "bin")})
    assert done.returncode == 3, done.output
    assert "apt-get install" in done.output or "bootstrap" in done.output


def test_lock_that_does_not_fit(notes: Path) -> None:
    (notes / "requirements.lock").write_text(f"flask==3.0 --hash=sha256:{'a' * 64}\n")
    done = shipways("build", "tarball", "--project", notes)
    assert done.returncode == 2, done.output
    assert "requirements.lock: does not hold django" in done.output


# An ordinary user without an entry in passwd(5), who may read what root's Python is made of.
ORDINARY = (
    "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "env", "-i",
)  # fmt: skip
HOMES = ((), ("HOME=",), ("HOME=/nonexistent",), ("HOME=/",), ("HOME=/proc",))
NEEDS_NO_CACHE = ("report", "instructions", "compare dist/results.json dist/results.json")


@pytest.fixture
def ordinary(notes: Path, tmp_path: Path) -> Callable[..., Completed]:
    """Runs a command as that user, in a folder of their own."""
    here = tmp_path / "own"
    shutil.copytree(notes, here / "project")
    found = results.Results(results.ProjectRecord(name="notes-app", version="1.2.0"))
    (here / "project" / "dist").mkdir()
    results.save(found, here / "project" / "dist" / "results.json")
    for path in (here, *here.rglob("*")):
        os.chown(path, 54321, 54321)
    for folder in tmp_path.parents:
        if folder.owner() == "root" and folder != Path("/") and folder.name.startswith("pytest"):
            folder.chmod(0o755)
    places = os.pathsep.join(("/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"))

    def call(*arguments: str, env: Sequence[str] = ()) -> Completed:
        package = f"PYTHONPATH={Path(results.__file__).parents[1]}"
        argv = [*ORDINARY, f"PATH={places}", package, *env, *SHIPWAYS, *arguments]
        return run(argv, timeout=TIMEOUT_S, cwd=here / "project", check=False)

    return call


@pytest.mark.parametrize("home", HOMES, ids=lambda home: " ".join(home) or "unset")
def test_a_user_without_a_home(ordinary: Callable[..., Completed], home: tuple[str, ...]) -> None:
    """What needs no cache works; the rest says what to set, and works when that is done."""
    for line in NEEDS_NO_CACHE:
        done = ordinary(*line.split(), env=home)
        assert done.returncode == 0, (line, done.output)
    refused = ordinary("build", "tarball", env=home)
    assert refused.returncode == 2, refused.output
    assert "SHIPWAYS_CACHE, or XDG_CACHE_HOME" in refused.output
    assert "Traceback" not in refused.output
    assert not Path("~").exists()
    done = ordinary("build", "git", env=(*home, "SHIPWAYS_CACHE=cache"))
    assert "SHIPWAYS_CACHE, or" not in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("line", ["build docker", "doctor"])
def test_a_user_who_may_not_use_docker_is_told_that(
    ordinary: Callable[..., Completed], line: str
) -> None:
    """No user of this machine but root and those of its group may: docker(1)."""
    done = ordinary(*line.split(), env=("SHIPWAYS_CACHE=cache", "COLUMNS=250"))
    assert done.returncode == 3, done.output
    assert "this user may not use /var/run/docker.sock" in done.output
    assert "usermod -aG docker" in done.output
    assert "apt-get install docker" not in done.output


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False
