"""What stands below the application: health, about, HTTPS, static files. For WSGI (PEP 3333).

None of it needs ALLOWED_HOSTS, a session or a middleware of the project.
"""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable, Iterable
from typing import Any

from . import application as delivered
from . import config, pages, secure, static_files

Environ = dict
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


def application() -> App:
    """The project's WSGI application with what stands below it."""
    app = delivered.current()
    return Below(load(app.wsgi) if app.wsgi else _handler())


def load(reference: str) -> Any:
    """`module:attribute`, as servers name an application."""
    module, _, name = reference.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))


def _handler() -> App:
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


class Below:
    """A WSGI application that answers some requests itself."""

    def __init__(self, inner: App) -> None:
        self.inner = inner
        self.app, self.config = delivered.current(), config.current()
        self.files = static_files.find(self.app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = _path(environ)
        page = pages.answer(path, self.app, self.config)
        if page is not None:
            return _send(page.status, page.headers, page.body, start_response)
        host, https = environ.get("HTTP_HOST", ""), self._is_https(environ)
        target = secure.redirect(host, path, environ.get("QUERY_STRING", ""), https, self.config)
        if target:
            return _send("308 Permanent Redirect", [("Location", target)], b"", start_response)
        if int(environ.get("CONTENT_LENGTH") or 0) > self.config.max_body > 0:
            return _send("413 Content Too Large", pages.TEXT, pages.TOO_LARGE, start_response)
        found = static_files.named(self.files, path)
        if found:
            response = found.get_response(environ["REQUEST_METHOD"], environ)
            start_response(f"{response.status.value} {response.status.phrase}", response.headers)
            return _file(response.file, environ)
        if not https and secure.is_loopback(host):
            start_response = _plain_cookies(start_response)
        return self.inner(environ, start_response)

    def _is_https(self, environ: Environ) -> bool:
        if environ.get("wsgi.url_scheme") == "https":
            return True
        return self.config.trust_proxy and environ.get("HTTP_X_FORWARDED_PROTO") == "https"


def _path(environ: Environ) -> str:
    """PEP 3333 has octets as Latin-1; they are UTF-8."""
    octets = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return octets.encode("latin1").decode("utf-8", "replace")


def _send(
    status: str, headers: list, body: bytes, start_response: StartResponse
) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _file(file: Any, environ: Environ) -> Iterable[bytes]:
    if file is None:
        return []
    wrapper = environ.get("wsgi.file_wrapper")
    return wrapper(file) if wrapper else iter(lambda: file.read(65536), b"")


def _plain_cookies(start_response: StartResponse) -> StartResponse:
    """Not all browsers keep a Secure cookie from a loopback name over plain HTTP."""

    def start(status: str, headers: list, *more: Any) -> Any:
        return start_response(status, [secure.plain(*one) for one in headers], *more)

    return start
