"""Processes that share one socket: what uvicorn has only by starting each of them anew.

A fork has the project's settings and its place already, and costs no second start.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

from .errors import Failure

QUICK_SECONDS = 2  # one that ends sooner than that would end again


def run(number: int, work: Callable[[], int]) -> None:
    """Keep `number` processes at `work` until SIGTERM or SIGINT; each gets SIGTERM then.

    Raises `Failure` where one ends as soon as it has started.
    """
    started: dict[int, float] = {}
    ending: list[int] = []

    def end(*_: object) -> None:
        ending.append(1)
        for pid in started:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not ending and len(started) < number:
        started[_start(work)] = time.monotonic()
    while started:
        pid, status = os.wait()
        lived = time.monotonic() - started.pop(pid, 0)
        if not ending and lived < QUICK_SECONDS:
            end()
            _wait(started)
            raise Failure(f"a worker ended as soon as it started, with status {status >> 8}")
        if not ending:
            started[_start(work)] = time.monotonic()


def _start(work: Callable[[], int]) -> int:
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the parent passes it on
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    if pid:
        return pid
    try:
        status = work()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    os._exit(status)


def _wait(started: dict[int, float]) -> None:
    while started:
        started.pop(os.wait()[0], None)
