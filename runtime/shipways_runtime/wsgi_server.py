"""gunicorn inside this process: no configuration file, no control socket, nothing in /tmp."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn import glogging
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from . import application, config, state, web
from .overlay import logs

# Less than the ten seconds that `docker stop` gives.
GRACE_SECONDS = 8
# To receive a request. A proxy in front hands it over at once.
REQUEST_SECONDS = 30
# Until a worker whose threads are all taken looks again.
BUSY_SECONDS = 0.01


class Worker(gthread.ThreadWorker):
    """gunicorn's threads, none of which waits for a client longer than REQUEST_SECONDS.

    By itself gunicorn waits for ever, so that a few unfinished uploads would take all threads.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._reading: dict[gthread.TConn, float] = {}
        # A new connection that says nothing waits without a thread; some versions give it 5 s of
        # one first.
        gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.05

    def accept(self, *where: Any) -> None:
        """Take a new connection, unless all threads are taken: another worker may have one."""
        if len(self._reading) < self.cfg.threads:
            super().accept(*where)
        else:
            time.sleep(BUSY_SECONDS)

    def handle(self, conn: gthread.TConn) -> Any:
        self._reading[conn] = time.monotonic() + REQUEST_SECONDS
        try:
            return super().handle(conn)
        finally:
            del self._reading[conn]

    def notify(self) -> None:
        """Called every second: a request that is late ends here. An answer may take its time."""
        super().notify()
        now = time.monotonic()
        for conn, limit in self._reading.copy().items():
            if limit < now:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


class Log(glogging.Logger):
    """To standard output, beside what the project has configured, which stays."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        level = config.current().log_level.upper()
        logs.to_output_too(("gunicorn.error", "gunicorn.access"), level)


class Server(BaseApplication):
    """gunicorn with ``options`` as its whole configuration."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__(prog=application.current().name)

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:  # a newer gunicorn has more
                self.cfg.set(name, value)

    def load(self) -> Any:
        made = web.application()
        import_module(settings.ROOT_URLCONF)  # once here, rather than in each worker
        return made


def run(sock: socket.socket, workers: int, threads: int) -> None:
    """Serve until SIGTERM, then finish what is under way and exit with status 0."""
    client = "%({x-forwarded-for}i)s" if config.current().trust_proxy else "%(h)s"
    sock.listen(2048)
    Server({
        "bind": f"fd://{sock.detach()}",
        "workers": workers,
        "threads": threads,
        "worker_class": f"{__name__}.Worker",  # by its name for those before 21
        "preload_app": True,  # one copy of the code in memory, shared by the workers
        "graceful_timeout": GRACE_SECONDS,
        "worker_tmp_dir": str(_heartbeat_directory()),
        "control_socket_disable": True,
        "proc_name": application.current().name,
        # Whether a request came over HTTPS is for Django to say: TRUST_PROXY.
        "secure_scheme_headers": {},
        "errorlog": "-",
        "accesslog": "-",
        "access_log_format": f'{client} "%(r)s" %(s)s %(b)s %(L)ss',
        "logger_class": f"{__name__}.Log",
        "loglevel": config.current().log_level,
    }).run()  # fmt: skip


def _heartbeat_directory() -> Path:
    """Workers touch a file there every second: memory rather than a disk, if there is some."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        return memory
    return state.make_directory(config.current().state)
