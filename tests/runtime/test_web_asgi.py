"""What stands below an ASGI application, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from shipways_runtime import application, config, static_files, web_asgi
from shipways_runtime.config import Config

from tests.runtime import conftest

Message = dict[str, Any]


class Project:
    """An application that notes what it gets, and answers with all of the body."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        more = True
        while more:
            self.seen.append(await receive())
            more = self.seen[-1].get("more_body", False)
        if self.seen[-1]["type"] != "http.disconnect":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def below(
    configured: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Project, list[Message]]]:
    """Send a request of these parts; what the project has seen and what has been sent."""

    def asked(scope: Message, *parts: bytes, **variables: str) -> tuple[Project, list[Message]]:
        set_ = configured(**variables)
        monkeypatch.setattr(application, "current", conftest.application)
        monkeypatch.setattr(config, "current", lambda: set_)
        monkeypatch.setattr(static_files, "find", lambda app: None)
        project, sent, left = Project(), list[Message](), list(parts)

        async def receive() -> Message:
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        whole = {"path": "/", "method": "POST", "headers": [(b"host", b"localhost")], **scope}
        asyncio.run(web_asgi.Below(project)(whole, receive, send))
        return project, sent

    return asked


Below = Callable[..., tuple[Project, list[Message]]]


def test_a_body_without_a_length_ends_at_the_limit(below: Below) -> None:
    project, sent = below({"type": "http"}, b"x" * 6, b"x" * 6, b"", SITE_MAX_BODY="10")
    assert [one["type"] for one in project.seen] == ["http.request", "http.disconnect"]
    assert sent == []
    project, sent = below({"type": "http"}, b"x" * 6, b"x" * 4, SITE_MAX_BODY="10")
    assert sent[0]["status"] == 200
    project, sent = below({"type": "http"}, b"x" * 9999, SITE_MAX_BODY="0")
    assert sent[0]["status"] == 200


def test_a_body_that_says_its_length_is_refused_unread(below: Below) -> None:
    headers = [(b"host", b"localhost"), (b"content-length", b"11")]
    project, sent = below({"type": "http", "headers": headers}, SITE_MAX_BODY="10")
    assert (project.seen, sent[0]["status"]) == ([], 413)


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_what_is_no_http_goes_through(kind: str, below: Below) -> None:
    project, _ = below({"type": kind}, b"x" * 99, SITE_MAX_BODY="10")
    assert project.seen[0]["body"] == b"x" * 99
