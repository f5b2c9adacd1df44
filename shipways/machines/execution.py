"""One command in a container: its output while it comes, its exit status, its time limit."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import shlex
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import APIError
from docker.models.containers import Container
from docker.utils.socket import frames_iter

from shipways.errors import VerifyError
from shipways.machines import engine
from shipways.util import cause
from shipways.util.command import Completed, collect, record

_numbers = itertools.count(1)
LISTENED = ("sh", "-c", 'read -r _; exec "$@" < /dev/null', "sh")
GRACE_S = 5  # between the polite end of a command and the other one


@dataclass(frozen=True)
class Request:
    """What is to be run. `timeout` is in seconds; `env` is added to the container's."""

    command: str
    timeout: float
    user: str = "root"
    workdir: str = "/root"
    env: Mapping[str, str] = field(default_factory=dict)


def execute(container: Container, request: Request, log_file: Path | None = None) -> Completed:
    """Run a shell command to its end. A command that takes too long is killed and is an error.

    The limit holds inside the container (timeout(1)), and outside, where the container itself may
    hang: then that is killed.
    """
    argv = ["bash", "-c", request.command]
    limited = ["timeout", f"--kill-after={GRACE_S}", f"{request.timeout:g}", *argv]
    started = time.monotonic()
    made = _create(container, limited, request.env, user=request.user, workdir=request.workdir)
    with _killed_after(container, request.timeout + 3 * GRACE_S):
        output = _collect(_printed(made), request, log_file)
        status = _status(made)
    seconds = time.monotonic() - started
    if status in (124, 137, None) and seconds >= request.timeout:
        raise VerifyError(
            f"{request.command} did not end within {request.timeout:g} s.", log=log_file
        )
    code = -1 if status is None else int(status)
    done = Completed((request.command,), code, output, seconds, 0.0, 0.0)
    record(done)
    return done


def follow(container: Container, request: Request) -> Iterator[str]:
    """What a command prints, in pieces as they come, without a time limit."""
    made = _create(container, ["bash", "-c", request.command], request.env, user=request.user)
    for raw in _printed(made):
        yield raw.decode("utf-8", "replace")


def ask(
    container: Container, argv: Sequence[str], env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit status and output of a command that ends by itself."""
    made = _create(container, argv, env or {})
    output = b"".join(_printed(made))
    status = _status(made)
    return (-1 if status is None else int(status)), output.decode("utf-8", "replace")


def _create(container: Container, argv: Sequence[str], env: Mapping[str, str], **more: Any) -> str:
    """The id of a command that is ready to be started.

    Podman starts commands before it listens to them, and what the quick ones print is lost. There
    they wait for a word that can only come when it listens.
    """
    waits = engine.name() == "podman"
    created = engine.client().api.exec_create(
        container.id,
        [*(LISTENED if waits else ()), *argv],
        stdin=waits,
        environment=dict(env),
        **more,
    )
    return str(created["Id"])


def _status(exec_id: str) -> int | None:
    status = engine.client().api.exec_inspect(exec_id)["ExitCode"]
    return None if status is None else int(status)


def _printed(exec_id: str) -> Iterator[bytes]:
    """Start a command and give what it prints; the connection is closed, which the SDK leaves."""
    connection: Any = engine.client().api.exec_start(exec_id, socket=True)
    if engine.name() == "podman":
        connection._sock.send(b"\n")
    frames: Iterator[tuple[int, bytes]] = frames_iter(connection, tty=False)  # type: ignore[no-untyped-call]
    try:
        for _, data in frames:
            yield data
    finally:
        connection._response.close()
        connection.close()
        with contextlib.suppress(AttributeError):
            connection._sock.close()  # of a local engine: the file object above does not own it


def failure(done: Completed) -> str:
    """What an error message says of a command that went wrong."""
    return cause.failure(done.argv[0], f"with status {done.returncode}", done.output)


def _collect(stream: Iterator[bytes], request: Request, log_file: Path | None) -> str:
    return collect(
        stream, log_file, f"{'#' if request.user == 'root' else '$'} {request.command}\n"
    )


@contextlib.contextmanager
def _killed_after(container: Container, seconds: float) -> Iterator[None]:
    def kill() -> None:
        with contextlib.suppress(APIError):
            container.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Background:
    """A command that goes on while others run."""

    def __init__(self, container: Container, request: Request, log_file: Path | None) -> None:
        self._container = container
        self._pid_file = f"/var/tmp/.shipways-{next(_numbers)}"
        noted = f"echo $$ > {self._pid_file}; exec bash -c {shlex.quote(request.command)}"
        self._request = dataclasses.replace(request, command=noted)
        self._log_file = log_file
        self._error: Exception | None = None
        self._done: Completed | None = None
        self.ended = 0.0  # by time.monotonic(), once it does not run any more
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._done = execute(self._container, self._request, self._log_file)
        except Exception as error:  # given to whoever waits
            self._error = error
        self.ended = time.monotonic()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def pid(self) -> str:
        """Its process id on the machine; "" before it has begun."""
        status, output = ask(self._container, ["cat", self._pid_file])
        return output.strip() if status == 0 else ""

    def wait(self, seconds: float) -> Completed:
        """Its result. Raises what went wrong, and `VerifyError` when it is not over by then."""
        self._thread.join(seconds)
        if self._error:
            raise self._error
        if self._done is None:
            raise VerifyError(f"{self._request.command} still runs after {seconds:g} s.")
        return self._done

    def interrupt(self, number: str = "INT") -> None:
        """Press Ctrl-C, or send another signal; nothing when it is over."""
        if self.running:
            ask(self._container, ["bash", "-c", f"kill -{number} $(cat {self._pid_file})"])
