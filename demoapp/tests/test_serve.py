"""``demoapp serve`` from an empty directory to SIGTERM, as an administrator meets it."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import stat
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from running import Browser, Site, demoapp

Start = Callable[..., Site]


def test_a_day_in_the_life(site: Start) -> None:
    running = site(SHIPWAYS_FORMAT="deb").ready()
    browser = Browser(running)
    assert json.loads(browser.get("/about?format=json"))["format"] == "deb"
    assert "Welcome, clara!" in browser.sign_up("clara")
    assert "Кот ищет дом" in browser.fill("/notes/new/", title="Кот ищет дом", body="Рыжий.")
    assert "Кот ищет дом" in browser.get("/?q=%D0%BA%D0%BE%D1%82")
    style = re.search(r'href="(/static/board/style\.\w+\.css)"', browser.get("/"))
    assert style and "--accent" in browser.get(style[1])
    check_state_directory(running.state_dir)
    assert running.stop() == 0
    output = running.output()
    assert '127.0.0.1 "POST /notes/new/ HTTP/1.1" 302' in output
    assert "Traceback" not in output

    again = site().ready()
    assert "Кот ищет дом" in Browser(again).get("/")
    assert "migrating" not in again.output()
    assert again.stop() == 0


def check_state_directory(state_dir: Path) -> None:
    """Everything is private, and the database in WAL mode."""
    files = [path for path in state_dir.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"db.sqlite3", "db.sqlite3-wal", "secret_key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    with closing(sqlite3.connect(state_dir / "db.sqlite3")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


IMPATIENT = """\
import sys
from demoapp import cli, server
server.REQUEST_SECONDS = 1
sys.argv = ["demoapp", "serve"]
cli.main()
"""


@pytest.mark.parametrize(
    "sent",
    [
        b"",  # not a word
        b"POST /notes/new/ HTTP/1.1\r\nHost: localhost\r\nX-Header: ",
        b"POST /notes/new/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"a" * 32
        + b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\na=",
        b"POST /notes/new/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"a" * 32
        + b"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999\r\n\r\n--x",
    ],
)  # fmt: skip
def test_clients_that_do_not_go_on_hold_no_thread(site: Start, sent: bytes) -> None:
    running = site(program=("-c", IMPATIENT), DEMOAPP_THREADS="2").ready()
    address = ("127.0.0.1", running.port)
    held = [socket.create_connection(address, timeout=20) for _ in range(3 if sent else 99)]
    for connection in held:
        connection.sendall(sent)
    with urllib.request.urlopen(f"{running.url}/healthz", timeout=15) as answer:
        assert answer.status == 200
    for connection in held:
        connection.close()
    assert running.stop() == 0
    assert "Traceback" not in running.output()


def test_a_body_over_the_limit_is_refused_unread(site: Start) -> None:
    running = site().ready()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(
            b"POST /notes/new/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857601\r\n\r\n"
        )
        assert b" 413 " in connection.recv(100)


def test_a_taken_port_is_one_line_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        start = time.monotonic()
        done = demoapp("serve", "--bind", address, state_dir=tmp_path)
    who = f"{Path('/proc/self/comm').read_text('utf-8').strip()} (process {os.getpid()})"
    complaint = (
        f"demoapp: DEMOAPP_BIND: cannot listen on {address}: Address already in use by {who}"
    )
    assert done.returncode == 2  # which systemd's unit does not try again
    assert done.stderr == f"{complaint}. Set DEMOAPP_BIND to another, or free this one\n"
    assert time.monotonic() - start < 5
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("address", ["8000", "localhost:", ":8000", "localhost:99999"])
def test_a_wrong_address(tmp_path: Path, address: str) -> None:
    done = demoapp("serve", state_dir=tmp_path, DEMOAPP_BIND=address)
    assert done.returncode == 2
    assert done.stderr.startswith(f"demoapp: DEMOAPP_BIND: '{address}' is not HOST:PORT")


def test_a_unix_socket(site: Start, tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    running = site(DEMOAPP_BIND=f"unix:{path}")
    deadline = time.monotonic() + 20
    while not (path.exists() and "Listening" in running.output()):
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert b" 200 OK" in sock.recv(1000)
    assert running.stop() == 0
    assert not path.exists()


def test_sigterm_lets_a_request_finish(site: Start) -> None:
    running = site().ready()
    with socket.create_connection(("127.0.0.1", running.port)) as sock:
        sock.sendall(
            b"POST /i18n/setlang/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n"
        )
        time.sleep(0.5)  # the worker is reading the request now
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        time.sleep(0.5)
        sock.sendall(b"a=b")
        assert sock.recv(100).startswith(b"HTTP/1.1 403")  # no CSRF token, but an answer
    stopping.join(timeout=20)
    assert running.process.returncode == 0


def test_only_the_setting_says_that_a_request_came_over_https(site: Start) -> None:
    header = {"X-Forwarded-Proto": "https"}
    running = site(DEMOAPP_ALLOWED_HOSTS="example.org").ready()
    assert status(running, {"Host": "example.org"} | header) == 301
    assert running.stop() == 0
    running = site(DEMOAPP_ALLOWED_HOSTS="example.org", DEMOAPP_TRUST_PROXY="true").ready()
    assert status(running, {"Host": "example.org"} | header) == 200
    assert status(running, {"Host": "example.org"}) == 301
    assert status(running, {"Host": "evil.test"} | header) == 400


def status(site: Site, headers: dict[str, str]) -> int:
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    request = urllib.request.Request(site.url + "/", headers=headers)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_unwritable_database_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").mkdir()
    done = demoapp("serve", "--bind", "127.0.0.1:0", state_dir=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"demoapp: no database at {tmp_path}/db.sqlite3")
    assert done.stderr.count("\n") == 1
