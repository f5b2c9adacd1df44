"""uvicorn inside this process: no configuration file, no colours, the project's own logs."""

from __future__ import annotations

import inspect
import socket
from typing import Any

from . import config
from .errors import Failure
from .overlay import logs
from .web_asgi import application
from .workers import Workers

__all__ = ["application", "run"]

GRACE_SECONDS = 8  # less than the ten that `docker stop` gives


def run(sock: socket.socket, number: int) -> None:
    """Serve until SIGTERM, then finish what is under way."""
    try:
        import uvicorn
    except ImportError as error:
        raise Failure("this project is ASGI, and uvicorn is not there to serve it") from error
    settings = config.current()
    logs.to_output_too(("uvicorn.error", "uvicorn.access"), settings.log_level.upper())
    sock.listen(2048)
    sock.set_inheritable(True)

    options = {
        "lifespan": "auto",
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "proxy_headers": False,  # whether a request came by HTTPS is for TRUST_PROXY to say
        "server_header": False,
        "log_config": None,  # uvicorn's would close the project's
        "log_level": settings.log_level,
    }
    known = inspect.signature(uvicorn.Config).parameters  # an older one has fewer

    def work() -> int:
        chosen: dict[str, Any] = {name: value for name, value in options.items() if name in known}
        server = uvicorn.Server(uvicorn.Config(application(), **chosen))
        server.run(sockets=[sock])
        return 0 if server.started else 3

    if number > 1:
        Workers(number, work).run()
    elif work():
        raise Failure("the application did not start")
