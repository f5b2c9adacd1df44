"""Processes that share one socket: what uvicorn has only by starting each of them anew.

A fork has the project's settings and its place already, and costs no second start.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from .errors import Failure

SIGNALS = (signal.SIGTERM, signal.SIGINT)
QUICK_SECONDS = 2  # one that ends sooner than that would end again


class Workers:
    """`number` processes that do `work`, each of which is replaced when it ends."""

    def __init__(self, number: int, work: Callable[[], int]) -> None:
        self.number, self.work = number, work
        self.started: dict[int, float] = {}  # process -> when
        self.ending = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT; each process gets SIGTERM then.

        Raises `Failure` where one ends as soon as it has started.
        """
        for one in SIGNALS:
            signal.signal(one, self.end)
        while not self.ending and len(self.started) < self.number:
            self._start()
        failed = ""
        while self.started:
            pid, status = os.wait()
            lived = time.monotonic() - self.started.pop(pid, 0)
            if not self.ending and lived < QUICK_SECONDS:
                failed = _ended(status)
                self.end()
            elif not self.ending:
                self._start()
        if failed:
            raise Failure(f"a worker ended as soon as it started, with {failed}")

    def end(self, *_: object) -> None:
        self.ending = True
        for pid in self.started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def _start(self) -> None:
        """A process more; none is missed by a signal that comes meanwhile."""
        held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid:
            self.started[pid] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
            return
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the parent passes it on
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        _work(self.work)


def _work(work: Callable[[], int]) -> NoReturn:
    try:
        status = work()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    os._exit(status)


def _ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"status {os.WEXITSTATUS(status)}"
