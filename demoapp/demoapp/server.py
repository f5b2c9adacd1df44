"""gunicorn inside this process: no configuration file, no control socket, nothing in /tmp."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from demoapp import listeners, state
from demoapp.environment import BadSetting
from demoapp.errors import Failure

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


class Server(BaseApplication):
    """gunicorn with ``options`` as its whole configuration."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__(prog="demoapp")

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:  # a newer gunicorn has more
                self.cfg.set(name, value)

    def load(self) -> Any:
        from demoapp.wsgi import application

        import_module(settings.ROOT_URLCONF)  # once here, rather than in each worker
        return application


def bind(address: str) -> socket.socket:
    """A socket bound to ``HOST:PORT``, ``[IPV6]:PORT`` or ``unix:PATH``, not listening yet.

    Done before anything else: a port that is taken is an error at once, and the database untouched.
    It is a wrong setting, status 2: systemd would only try again and again for what is another's.
    """
    try:
        if address.startswith("unix:"):
            return _bind_path(Path(address.removeprefix("unix:")))
        host, port = _split(address)
        family, kind, _, _, target = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(target)
        return sock
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            raise BadSetting("DEMOAPP_BIND", _taken(address, reason)) from error
        raise Failure(f"DEMOAPP_BIND: cannot listen on {address}: {reason}") from error


def _taken(address: str, reason: str) -> str:
    port = address.rpartition(":")[2]
    user = listeners.holder(int(port)) if port.isdigit() else ""
    by = f" by {user}" if user else ""
    return (
        f"cannot listen on {address}: {reason}{by}. Set DEMOAPP_BIND to another, or free this one"
    )


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise BadSetting("DEMOAPP_BIND", f"{address!r} is not HOST:PORT, [IPV6]:PORT or unix:PATH")
    return host.strip("[]"), int(port)


def _bind_path(path: Path) -> socket.socket:
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()  # left behind by a process that was killed
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(str(path))
    path.chmod(0o660)  # the web server in front reads it through its group
    return sock


def run(sock: socket.socket, workers: int, threads: int) -> None:
    """Serve until SIGTERM, then finish what is under way and exit with status 0."""
    client = "%({x-forwarded-for}i)s" if settings.TRUST_PROXY else "%(h)s"
    sock.listen(2048)
    Server({
        "bind": f"fd://{sock.detach()}",
        "workers": workers,
        "threads": threads,
        "worker_class": Worker,
        "preload_app": True,  # one copy of the code in memory, shared by the workers
        "graceful_timeout": GRACE_SECONDS,
        "worker_tmp_dir": str(_heartbeat_directory()),
        "control_socket_disable": True,
        "proc_name": "demoapp",
        # Whether a request came over HTTPS is for Django to say: DEMOAPP_TRUST_PROXY.
        "secure_scheme_headers": {},
        "errorlog": None,
        "accesslog": None,
        "access_log_format": f'{client} "%(r)s" %(s)s %(b)s %(L)ss',
        "logconfig_dict": settings.LOGGING,
        "loglevel": settings.LOG_LEVEL,
    }).run()  # fmt: skip


def _heartbeat_directory() -> Path:
    """Workers touch a file there every second: memory rather than a disk, if there is some."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        return memory
    return state.make_directory(settings.STATE_DIR)
