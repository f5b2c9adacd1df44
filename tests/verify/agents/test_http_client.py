"""The visitor's script and its helpers, on a small site of this process's own."""

from __future__ import annotations

import asyncio
import http.server
import json
import os
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from shipways.verify.agents import confinement_probe, http_client, tcp_forward

pytestmark = pytest.mark.process  # it opens sockets, on the loopback

PAGE = """<html><link href="/static/x.css"><script src="/other.js"></script>
<img src="/static/p.svg">
<form method="post"><input type="hidden" name="csrf" value="token"><input name="text"></form>
<input value="{query}">{notes}</html>"""


class Site(http.server.BaseHTTPRequestHandler):
    """Keeps notes; a form without its hidden token, or without a login, is refused."""

    notes: ClassVar[list[str]] = []
    failing: ClassVar[int] = 0

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/healthz" and Site.failing:
            Site.failing -= 1
            return self.answer(503, "not yet")
        if path == "/inside":
            known = "session=1" in (self.headers["Cookie"] or "")
            return self.answer(200 if known else 403, "inside")
        wanted = urllib.parse.parse_qs(query).get("q", [""])[0]
        shown = [note for note in Site.notes if wanted in note]
        return self.answer(200, PAGE.format(query=wanted, notes=shown))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        if fields.get("csrf") != "token" or not self.headers["Referer"]:
            return self.answer(403, "no token")
        if "text" in fields:
            Site.notes.append(fields["text"])
        self.send_response(302)
        self.send_header("Location", "/")
        self.send_header("Set-Cookie", "session=1")
        self.end_headers()
        return None

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(http_client, "COOKIES", tmp_path / "cookies")
    monkeypatch.setattr(http_client, "STOP", tmp_path / "stop")
    Site.notes, Site.failing = [], 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_wait_until_it_answers_200(site: str) -> None:
    Site.failing = 2
    assert http_client.wait(site, "/healthz", 10)["answered"] is True


def test_wait_gives_up() -> None:
    assert http_client.wait("http://127.0.0.1:9", "/healthz", 0.1)["answered"] is False


def test_get_says_what_came(site: str) -> None:
    answer = http_client.get(site, "/", times=3)
    assert answer["status"] == 200
    assert answer["headers"]["cache-control"] == "max-age=60"
    assert http_client.get("http://127.0.0.1:9", "/")["status"] == 0


def test_a_form_is_filled_in_and_the_session_kept(site: str) -> None:
    assert http_client.get(site, "/inside")["status"] == 403
    assert http_client.submit(site, "/", {"text": "hello"})["url"] == f"{site}/"
    assert Site.notes == ["hello"]
    assert http_client.get(site, "/inside")["status"] == 200
    assert http_client.COOKIES.stat().st_mode & 0o777 == 0o600


def test_links_below_a_prefix(site: str) -> None:
    assert http_client.links(site, "/", "/static/") == {"links": ["/static/x.css", "/static/p.svg"]}


def test_what_a_search_form_repeats_is_not_what_was_found(site: str) -> None:
    Site.notes.append("kept")
    answer = http_client.missing(site, "/?q={text}", "'{text}'", ["kept", "lost"])
    assert answer == {"missing": ["lost"]}


def test_many_writers_until_somebody_stops_them(site: str) -> None:
    threading.Timer(0.5, http_client.STOP.touch).start()
    found = http_client.load(site, "/", {"text": "{text}"}, 5, 30)
    assert len(found["posted"]) >= 5
    assert set(found["posted"]) == set(Site.notes)
    assert not found["failed"]


def test_what_was_not_acknowledged_is_told_apart() -> None:
    found = http_client.load("http://127.0.0.1:9", "/", {"text": "{text}"}, 1, 0.2)
    assert not found["posted"]
    assert set(found["failed"]) == {"0"}


def test_the_answer_is_one_line_of_json(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    http_client.main(json.dumps({"do": "get", "base": site, "path": "/"}))
    assert json.loads(capsys.readouterr().out)["status"] == 200


def test_a_relay_passes_connections_on(site: str) -> None:
    inner = int(site.rpartition(":")[2])

    async def through() -> bytes:
        task = asyncio.create_task(tcp_forward.serve(18765, inner))
        await asyncio.sleep(0.1)

        def fetch() -> bytes:
            with urllib.request.urlopen("http://127.0.0.1:18765/", timeout=5) as answer:
                return bytes(answer.read())

        try:
            return await asyncio.to_thread(fetch)
        finally:
            task.cancel()

    assert b"<html>" in asyncio.run(through())


def test_the_probe_tells_what_it_could_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home/ada").mkdir(parents=True)
    (tmp_path / "shadow").write_text("x")
    monkeypatch.setattr(confinement_probe, "PLACES", (str(tmp_path), "/nowhere"))
    monkeypatch.setattr(confinement_probe, "HOMES", (str(tmp_path / "home"), "/nowhere"))
    monkeypatch.setattr(confinement_probe, "SECRETS", (str(tmp_path / "shadow"), "/nowhere"))
    monkeypatch.setattr(confinement_probe, "LAST_PID", 3)
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr(os, "setuid", lambda _: None)
    confinement_probe.main(str(tmp_path / "nowhere"))
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["writable"] == [str(tmp_path)]
    assert found["homes"] == [str(tmp_path / "home/ada")]
    assert found["secrets"] == [str(tmp_path / "shadow")]
    assert found["state_writable"] is False
    assert found["uid"] == os.geteuid()
    assert set(confinement_probe.STATUS) <= set(found)
    assert not list(tmp_path.glob(".shipways*"))
