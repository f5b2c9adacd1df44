"""What stands below the application, as in `web`. For ASGI (asgi.readthedocs.io)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from . import application as delivered
from . import config, pages, secure, static_files, web

Send = Callable[[dict], Awaitable[None]]
Receive = Callable[[], Awaitable[dict]]


def application() -> Any:
    """The project's ASGI application with what stands below it."""
    app = delivered.current()
    return Below(web.load(app.asgi) if app.asgi else _handler())


def _handler() -> Any:
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


class Below:
    """An ASGI application that answers some requests itself."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.app, self.config = delivered.current(), config.current()
        self.files = static_files.find(self.app)

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        headers = dict(_text(scope["headers"]))
        path = scope.get("root_path", "") + scope["path"]
        if path in (self.app.health, self.app.about):
            page = await asyncio.to_thread(pages.answer, path, self.app, self.config)
            if page is not None:
                await _send(send, int(page.status[:3]), page.headers, page.body)
                return
        host, https = headers.get("host", ""), self._is_https(scope, headers)
        query = scope.get("query_string", b"").decode("latin1")
        target = secure.redirect(host, path, query, https, self.config)
        if target:
            await _send(send, 308, [("Location", target)], b"")
            return
        if int(headers.get("content-length") or 0) > self.config.max_body > 0:
            await _send(send, 413, pages.TEXT, pages.TOO_LARGE)
            return
        found = static_files.named(self.files, path)
        if found:
            await _send_file(send, found, scope["method"], headers)
            return
        if self.config.max_body:
            receive = _limited(receive, self.config.max_body)
        plain = not https and secure.is_loopback(host)
        await self.inner(scope, receive, _plain_cookies(send) if plain else send)

    def _is_https(self, scope: dict, headers: dict[str, str]) -> bool:
        if scope.get("scheme") == "https":
            return True
        return self.config.trust_proxy and headers.get("x-forwarded-proto") == "https"


async def _send(send: Send, status: int, headers: list, body: bytes) -> None:
    pairs = _octets([*headers, ("Content-Length", str(len(body)))])
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def _send_file(send: Send, found: Any, method: str, headers: dict[str, str]) -> None:
    asked = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    response = found.get_response(method, asked)
    pairs = _octets(response.headers)
    start = {"type": "http.response.start", "status": response.status.value, "headers": pairs}
    await send(start)
    while response.file:
        part = await asyncio.to_thread(response.file.read, 65536)
        if not part:
            break
        await send({"type": "http.response.body", "body": part, "more_body": True})
    if response.file:
        response.file.close()
    await send({"type": "http.response.body", "body": b""})


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin1"), value.decode("latin1")) for name, value in headers]


def _octets(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin1"), value.encode("latin1")) for name, value in headers]


def _limited(receive: Receive, most: int) -> Receive:
    """A body that does not say its length ends at `most` bytes, as if the client had gone."""
    spent = 0

    async def receiving() -> dict:
        nonlocal spent
        message = await receive()
        spent += len(message.get("body", b""))
        return message if spent <= most else {"type": "http.disconnect"}

    return receiving


def _plain_cookies(send: Send) -> Send:
    async def sending(message: dict) -> None:
        if message["type"] == "http.response.start":
            made = [secure.plain(*pair) for pair in _text(message.get("headers", ()))]
            message = {**message, "headers": _octets(made)}
        await send(message)

    return sending
