"""The only place that starts a process.

Every command is a list of arguments, has a timeout and, where wanted, a log file. Output is kept
quiet on success and shown whole on failure; `--verbose` shows it while it comes.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import errno
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shipways.errors import BuildError, ToolMissing
from shipways.util.cause import failure
from shipways.util.measure import Watch
from shipways.util.runs import folder_prefix

log = logging.getLogger("shipways.util.command")

TERMINATION_GRACE_S = 5
HELPER_GRACE_S = 30
RUN_VARIABLE = "SHIPWAYS_RUN"  # in the environment of every process that a run starts
# Which repository Git works on, whatever folder it is called in: set in a hook (githooks(5)), and
# not for what a hook calls. None of them reaches a command; it would work on another's repository.
GIT_PLACES = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR",
    "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip


@dataclass(frozen=True)
class Completed:
    """What came of a command: its exit status, all it printed, and what it cost."""

    argv: tuple[str, ...]
    returncode: int
    output: str
    seconds: float
    cpu_s: float
    peak_mib: float

    @property
    def ok(self) -> bool:
        return self.returncode == 0


_meter: contextvars.ContextVar[list[Completed] | None] = contextvars.ContextVar(
    "meter", default=None
)


@contextlib.contextmanager
def metered() -> Iterator[list[Completed]]:
    """Collect every command that ends inside the `with` block: the tools' share of the work."""
    done: list[Completed] = []
    token = _meter.set(done)
    try:
        yield done
    finally:
        _meter.reset(token)


def record(done: Completed) -> None:
    """Add a finished command to the meter, if there is one; for those that run in a container."""
    meter = _meter.get()
    if meter is not None:
        meter.append(done)


def find(name: str) -> str | None:
    """Path of a program: beside this Python (its environment's tools) first, then on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if os.access(beside, os.X_OK) else shutil.which(name)


def require(name: str, hint: str) -> str:
    """Path of a program, or `ToolMissing` with the command that installs it."""
    found = find(name)
    if found is None:
        raise ToolMissing(f"{name} is not installed.", hint=hint)
    return found


def run(
    argv: Sequence[str | Path],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    log_file: Path | None = None,
    check: bool = True,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> Completed:
    """Run a command to its end and return what it printed (standard error mixed in).

    `timeout` is in seconds; `env` is added to the environment. Standard output goes to `stdout`,
    byte for byte, where that is given; what is returned is then standard error alone. With `check`,
    an exit status other than 0 raises `BuildError` with the end of the output. The command and all
    of its descendants are ended when the time is over and on Ctrl-C. What it leaves in its
    temporary folder goes.
    """
    words = tuple(str(word) for word in argv)
    program = find(words[0])
    if program is None:
        raise ToolMissing(
            f"{words[0]} is not installed.", hint="shipways doctor says how to get it."
        )
    log.info("$ %s", shlex.join(words))
    started = time.monotonic()
    with (
        _temporary() as folder,
        _started(
            [program, *words[1:]], cwd, {"TMPDIR": folder, **(env or {})}, stdin, stdout
        ) as process,
        _watched(process) as watch,
        _timer(process, timeout) as expired,
    ):
        output = _collect(process, log_file, words)
        process.wait()
    done = Completed(
        words, process.returncode, output, time.monotonic() - started, watch.cpu_s, watch.peak_mib
    )
    record(done)
    if expired.is_set():
        raise BuildError(f"{words[0]} did not end within {timeout:g} s.", log=log_file)
    if check and not done.ok:
        raise BuildError(_failure(done), log=log_file)
    return done


def _collect(process: subprocess.Popen[bytes], log_file: Path | None, words: Sequence[str]) -> str:
    """Read all output line by line, into the log file and, when verbose, the terminal."""
    stream = process.stdout or process.stderr
    assert stream is not None
    with stream:
        return collect(stream, log_file, f"$ {shlex.join(words)}\n")


def collect(stream: Iterable[bytes], log_file: Path | None, head: str) -> str:
    """All that a stream gives, piece by piece into the log file too, behind `head`; and shown when
    verbose."""
    lines: list[str] = []
    with contextlib.ExitStack() as stack:
        file = None
        if log_file is not None:
            log_file.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(log_file.open("a", encoding="utf-8"))
            file.write(head)
        for raw in stream:
            line = raw.decode("utf-8", "replace")
            lines.append(line)
            log.debug("%s", line.rstrip())
            if file is not None:
                file.write(line)
                file.flush()
    return "".join(lines)


@contextlib.contextmanager
def _temporary() -> Iterator[str]:
    """A temporary folder for one command: some leave files, and all do that are killed.

    Its name is of the kind that a reaper knows by the run.
    """
    prefix = folder_prefix("t")
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield folder


@contextlib.contextmanager
def _timer(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _end(process)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True  # an interrupt may come before the try below
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


@contextlib.contextmanager
def _started(
    argv: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stdin: IO[bytes] | None,
    stdout: IO[bytes] | None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, in a session of its own; on the way out it and its descendants are ended."""
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=_environment(env),
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.PIPE,
        stderr=subprocess.PIPE if stdout else subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _environment(added: Mapping[str, str] | None) -> dict[str, str]:
    """This process's environment, without the repository that a Git hook runs for, and `added`."""
    kept = {name: value for name, value in os.environ.items() if name not in GIT_PLACES}
    return {**kept, **(added or {})}


@contextlib.contextmanager
def _watched(process: subprocess.Popen[bytes]) -> Iterator[Watch]:
    watch = Watch(process.pid)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and its descendants: politely first, then not."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TERMINATION_GRACE_S)
            return


def spawn(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> None:
    """Start a helper that outlives Ctrl-C; its input ends when this process does."""
    helper = subprocess.Popen(
        [str(word) for word in argv],
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_let_go, helper)


def serve(argv: Sequence[str | Path], log_file: Path) -> None:
    """Start a service that is there as long as this process; it hears no Ctrl-C.

    It does not carry this run's mark: what it starts may outlive the run.
    """
    with log_file.open("wb") as log:
        service = subprocess.Popen(
            [str(word) for word in argv],
            env={name: value for name, value in os.environ.items() if name != RUN_VARIABLE},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    atexit.register(_end, service)


def _let_go(helper: subprocess.Popen[bytes]) -> None:
    """End a helper's input and give it the time to do its work."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        helper.communicate(timeout=HELPER_GRACE_S)


def _failure(done: Completed) -> str:
    if os.strerror(errno.ENOSPC) in done.output:
        return f"{os.strerror(errno.ENOSPC)}: {done.argv[0]} could not write its files."
    return failure(shlex.join(done.argv), _ended(done.returncode), done.output)


def _ended(status: int) -> str:
    """How a process ended; below 0 is a signal's number (`subprocess.Popen.returncode`)."""
    if status >= 0:
        return f"with status {status}"
    return f"by signal {-status} ({signal.strsignal(-status)})"


def version_of(*argv: str) -> str | None:
    """The first version number in what a command prints; None without the tool."""
    try:
        done = run(argv, timeout=30, check=False)
    except ToolMissing:
        return None
    found = re.search(r"\d+(?:\.\d+)+\S*", done.output)
    return found.group(0).rstrip(",") if found and done.ok else None
