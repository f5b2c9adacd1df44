"""Where to listen: bound before anything else, so that a port that is taken is an error at once."""

from __future__ import annotations

import errno
import socket
import stat
from pathlib import Path

from . import application, listeners
from .errors import BadSetting, Failure


def bind(address: str) -> socket.socket:
    """A socket bound to ``HOST:PORT``, ``[IPV6]:PORT`` or ``unix:PATH``, not listening yet.

    The database is untouched then. A port that is taken is a wrong setting, status 2: systemd would
    only try again and again for what is another's.
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
            raise BadSetting(_variable(), _taken(address, reason)) from error
        raise Failure(f"{_variable()}: cannot listen on {address}: {reason}") from error


def _taken(address: str, reason: str) -> str:
    port = address.rpartition(":")[2]
    user = listeners.holder(int(port)) if port.isdigit() else ""
    by = f" by {user}" if user else ""
    return (
        f"cannot listen on {address}: {reason}{by}. Set {_variable()} to another, or free this one"
    )


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise BadSetting(_variable(), f"{address!r} is not HOST:PORT, [IPV6]:PORT or unix:PATH")
    return host.strip("[]"), int(port)


def _bind_path(path: Path) -> socket.socket:
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()  # left behind by a process that was killed
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(str(path))
    path.chmod(0o660)  # the web server in front reads it through its group
    return sock


def _variable() -> str:
    return f"{application.current().prefix}BIND"
