"""Commands: output, logs, time-outs, what is left when they are stopped."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from shipways.errors import BuildError, ToolMissing
from shipways.util import command, runs

pytestmark = pytest.mark.process
SETTINGS_OF_GIT = {  # which say how, not where
    "GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_NO_REPLACE_OBJECTS",
}  # fmt: skip


def test_output_log_and_cost(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "one.log"
    done = command.run(
        ["sh", "-c", "echo out; echo err >&2; exec sleep 0.3"], timeout=9, log_file=log
    )
    assert done.output == "out\nerr\n"
    assert log.read_text().startswith("$ sh -c 'echo out;")
    assert "err" in log.read_text()
    assert 0.3 <= done.seconds < 5
    assert 0.1 < done.peak_mib < 100


def test_standard_output_apart_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb") as out:
        done = command.run(["sh", "-c", "printf 'a\\377\\0'; echo why >&2"], timeout=9, stdout=out)
    assert path.read_bytes() == b"a\xff\0"
    assert done.output == "why\n"


def test_no_command_works_on_the_repository_of_a_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Git itself says which variables those are."""
    places = command.run(["git", "rev-parse", "--local-env-vars"], timeout=9).output.split()
    for name in places:
        monkeypatch.setenv(name, "elsewhere")
    seen = command.run(["env"], timeout=9, env={"ADDED": "1"}).output.splitlines()
    left = {line.partition("=")[0] for line in seen} & set(places)
    assert not left - SETTINGS_OF_GIT
    assert "ADDED=1" in seen


def test_failure_shows_the_end_of_the_output(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with pytest.raises(BuildError, match="status 3") as caught:
        command.run(["sh", "-c", "seq 100; echo why; exit 3"], timeout=9, log_file=log)
    assert "why" in str(caught.value)
    assert "\n69\n" not in str(caught.value)
    assert str(log) in str(caught.value)


def test_failure_can_be_an_answer() -> None:
    assert command.run(["false"], timeout=9, check=False).returncode == 1


def test_time_out_ends_descendants(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with pytest.raises(BuildError, match="did not end within"):
        command.run(["sh", "-c", f"sleep 60 & echo $! >{pid_file}; wait"], timeout=0.5)
    pid = int(pid_file.read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_interrupt_ends_the_command() -> None:
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        command.run(["sleep", "61.5"], timeout=60)
    left = [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "61.5"]]
    assert not left


def test_missing_tool() -> None:
    with pytest.raises(ToolMissing, match="no-such-tool is not installed") as caught:
        command.run(["no-such-tool"], timeout=1)
    assert caught.value.exit_code == 3
    with pytest.raises(ToolMissing, match="not installed"):
        command.require("no-such-tool", "apt-get install it")


def test_verbose_shows_output_as_it_comes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "shipways"):
        command.run(["echo", "seen"], timeout=9)
    assert [record.message for record in caplog.records] == ["$ echo seen", "seen"]


def test_meter_collects_commands() -> None:
    with command.metered() as done:
        command.run(["true"], timeout=9)
    command.run(["true"], timeout=9)
    assert [one.argv for one in done] == [("true",)]


def test_version_of() -> None:
    assert command.version_of("echo", "tool v1.2.3, built today") == "1.2.3"
    assert command.version_of("no-such-tool") is None
    assert command.version_of("false") is None


@pytest.mark.parametrize("ending", ["true", "kill -9 $$", "sleep 60"])
def test_what_a_command_leaves_in_its_temporary_folder_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = f"mktemp -d >/dev/null; mktemp; {ending}"
    try:
        seen = command.run(["sh", "-c", script], timeout=2, check=False).output
        assert seen.startswith(f"{tmp_path}/{runs.folder_prefix('t')}")
    except BuildError:
        assert "sleep" in ending
    assert not list(tmp_path.iterdir())


def test_a_command_may_be_given_another_temporary_folder(tmp_path: Path) -> None:
    done = command.run(["mktemp"], timeout=5, env={"TMPDIR": str(tmp_path)})
    assert Path(done.output.strip()).parent == tmp_path
