"""`serve`: from an empty state directory to a site, and what stands below the application."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.runtime.conftest import FRAME, Delivered, Site

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
Serve = Callable[..., Site]
CSS = {"site_/static/a.css": "body {}\n"}
APP = FRAME + 'INSTALLED_APPS += ["site_"]\n'
ASGI = """
import os
from django.core.asgi import get_asgi_application
os.environ["DJANGO_SETTINGS_MODULE"] = "site_.settings"
inner = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await inner(scope, receive, send)
"""
URLS = """
import os, time
from django.http import HttpResponse
from django.urls import path


def home(request):
    answer = HttpResponse(f"home, {request.scheme}, {os.getpid()}, {len(request.body)}")
    answer.set_cookie("seen", "1", secure=True)
    return answer


def slow(request):
    time.sleep(1)
    return HttpResponse("late")


urlpatterns = [path("", home), path("slow", slow)]
"""
FILES = {"site_/settings.py": APP, "site_/urls.py": URLS, "site_/asgi.py": ASGI, **CSS}
KINDS = {"wsgi": {}, "asgi": {"kind": "asgi", "asgi": "site_.asgi:application"}}


@pytest.mark.parametrize("kind", KINDS)
def test_what_startproject_leaves(
    kind: str, startproject: dict[str, str], deliver: Deliver, serve: Serve
) -> None:
    stated = {"settings": "mysite.settings", kind: f"mysite.{kind}:application", "kind": kind}
    made = deliver(startproject, **stated)
    site = serve(made).ready()
    password = {"DJANGO_SUPERUSER_PASSWORD": "correct horse battery"}
    words = ("createsuperuser", "--noinput", "--username=anna", "--email=a@example.org")
    done = made.run(*words, cwd=None, **password)
    assert done.returncode == 0, done.stderr
    assert site.get("/static/admin/css/base.css")[1]["Content-Type"].startswith("text/css")
    status, headers, body = site.get("/admin/login/")
    assert (status, "Django administration" in body) == (200, True)
    token = body.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    cookie = headers["Set-Cookie"].partition(";")[0]
    form = {"username": "anna", "password": "correct horse battery", "csrfmiddlewaretoken": token}
    said = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    sent = site.post("/admin/login/?next=/admin/", urlencode(form), **said)
    assert (sent.status, sent.headers["Location"]) == (302, "/admin/"), site.log.read_text()
    assert site.stop() == 0
    assert {path.name for path in made.tree.iterdir()} <= {"manage.py", "mysite", "site_"}
    assert {"db.sqlite3", "secret_key", "static"} <= {path.name for path in made.state.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_serves(kind: str, deliver: Deliver, serve: Serve) -> None:
    made = deliver(FILES, **KINDS[kind])
    hosts = "www.example.org,localhost"
    site = serve(
        made, SITE_ABOUT="true", SITE_ALLOWED_HOSTS=hosts, SITE_WORKERS="2", SITE_MAX_BODY="99"
    ).ready()
    status, headers, body = site.get("/")
    assert (status, body[:10]) == (200, "home, http")
    assert "secure" not in headers["Set-Cookie"].lower()
    status, headers, body = site.get("/static/a.css")
    assert (status, body) == (200, "body {}\n")
    again = {"If-Modified-Since": headers["Last-Modified"]}
    assert site.get("/static/a.css", **again)[0] == 304
    assert site.get("/static/../settings.py")[0] == 404
    status, headers, _ = site.get("/%D0%BA%25?b=c", host="www.example.org")
    assert (status, headers["Location"]) == (308, "https://www.example.org/%D0%BA%25?b=c")
    assert site.get("/", host="evil.example")[0] == 400
    assert json.loads(site.get("/-/health", host="evil.example")[2])["version"] == "1.0.0"
    about = json.loads(site.get("/-/about")[2])
    assert (about["name"], about["version"], about["format"]) == ("site", "1.0.0", "wheel")
    assert site.post("/", "x" * 99).body.endswith(", 99")
    assert site.post("/", "x" * 100).status == 413
    assert site.stop() == 0, site.log.read_text()
    assert "Traceback" not in site.log.read_text()
    assert '"GET /' in site.log.read_text()
    assert not list(made.tree.rglob("*.sqlite3"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_is_replaced_and_a_request_ends(
    kind: str, deliver: Deliver, serve: Serve
) -> None:
    site = serve(deliver(FILES, **KINDS[kind]), SITE_WORKERS="2").ready()
    time.sleep(2.1)  # one that dies at once would not be
    first = int(site.get("/")[2].split(", ")[2])
    assert first != site.process.pid
    os.kill(first, 9)
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            if int(site.get("/")[2].split(", ")[2]) != first:
                break
        except OSError:
            time.sleep(0.05)
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(site.get("/slow")[2]))
    waiting.start()
    time.sleep(0.4)
    assert site.stop() == 0, site.log.read_text()
    waiting.join(20)
    assert answers == ["late"]


def test_an_application_that_does_not_start(deliver: Deliver, serve: Serve) -> None:
    broken = {**FILES, "site_/asgi.py": "1 / 0\n"}
    site = serve(deliver(broken, **KINDS["asgi"]), SITE_WORKERS="2")
    assert site.process.wait(30) == 1
    assert "ZeroDivisionError" in site.log.read_text()


def test_a_proxy_that_is_trusted_says_https(deliver: Deliver, serve: Serve) -> None:
    said = {"X-Forwarded-Proto": "https"}
    made = deliver()
    site = serve(made, SITE_TRUST_PROXY="true", ALLOWED_HOSTS="www.example.org").ready()
    status, headers, body = site.get("/", "www.example.org", **said)
    assert (status, body) == (200, "home, https")
    assert headers["Strict-Transport-Security"].startswith("max-age=3600")
    assert "secure" in headers["Set-Cookie"].lower()
    assert site.get("/-/about", "www.example.org", **said)[0] == 404
    plain = serve(Delivered(made.folder, made.state), ALLOWED_HOSTS="www.example.org").ready()
    assert plain.get("/", "www.example.org", **said)[0] == 308


@pytest.mark.parametrize(
    "said", [b"", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\na="]
)
def test_clients_that_do_not_go_on_hold_no_thread(
    said: bytes, deliver: Deliver, serve: Serve
) -> None:
    made = deliver(FILES)
    impatient = made.folder / "shipways_site" / "runtime" / "wsgi_server.py"
    impatient.write_text(
        impatient.read_text().replace("REQUEST_SECONDS = 30", "REQUEST_SECONDS = 1")
    )
    site = serve(made, SITE_THREADS="2").ready()
    held = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(3 if said else 60)]
    for connection in held:
        connection.sendall(said)
    assert site.get("/-/health")[0] == 200
    for connection in held:
        connection.close()


def test_a_unix_socket(deliver: Deliver, serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    site = serve(deliver(), SITE_BIND=f"unix:{path}")
    limit = time.monotonic() + 20
    while not (path.exists() and "Listening" in site.log.read_text()):
        assert time.monotonic() < limit, site.log.read_text()
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(b"GET /-/health HTTP/1.0\r\n\r\n")
        assert b" 200 OK" in sock.recv(1000)
    assert site.stop() == 0


def test_a_port_that_is_taken_is_a_wrong_setting(deliver: Deliver) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        made = deliver()
        done = made.run("serve", SITE_BIND=f"127.0.0.1:{sock.getsockname()[1]}")
    assert done.returncode == 2
    assert "SITE_BIND: cannot listen on 127.0.0.1:" in done.stderr
    assert f"(process {os.getpid()})" in done.stderr
    assert not (made.state / "db.sqlite3").exists()


def test_an_unwritable_database_is_an_error_in_one_line(deliver: Deliver) -> None:
    made = deliver()
    (made.state / "db.sqlite3").mkdir(parents=True)
    done = made.run("serve", SITE_BIND="127.0.0.1:0")
    assert done.returncode == 1
    assert done.stderr.startswith(f"site: no database at {made.state}/db.sqlite3")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("kind", "module"), [("wsgi", "gunicorn"), ("asgi", "uvicorn")])
def test_a_server_that_is_not_there_is_named(kind: str, module: str, deliver: Deliver) -> None:
    made = deliver({**FILES, f"{module}/__init__.py": "raise ImportError('gone')\n"}, **KINDS[kind])
    done = made.run("serve", SITE_BIND="127.0.0.1:0")
    assert done.returncode == 1
    assert module in done.stderr and done.stderr.count("\n") == 1


def test_the_project_s_logs_stay_open(deliver: Deliver, serve: Serve) -> None:
    text = """
LOGGING = {"version": 1, "disable_existing_loggers": False,
           "handlers": {"f": {"class": "logging.FileHandler", "filename": "own.log"}},
           "loggers": {"own": {"handlers": ["f"], "level": "INFO"}}}
"""
    urls = URLS.replace("def home(request):", "def home(request):\n    log.info('asked')")
    urls = "import logging\nlog = logging.getLogger('own')\n" + urls
    made = deliver({**FILES, "site_/settings.py": APP + text, "site_/urls.py": urls})
    site = serve(made).ready()
    assert site.get("/")[0] == 200
    assert site.stop() == 0
    assert (made.state / "logs" / "own.log").read_text() == "asked\n"
    assert '"GET / HTTP/1.1" 200' in site.log.read_text()


MANIFEST = """
STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "%s"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
"""


@pytest.mark.parametrize(
    "backend",
    [
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
    ],
)
def test_missing_static_files_stop_nothing(backend: str, deliver: Deliver, serve: Serve) -> None:
    page = "{% load static %}{% static 'a.css' %} {% static 'gone.png' %}"
    urls = """
from django.shortcuts import render
from django.urls import path
urlpatterns = [path("", lambda request: render(request, "page.html"))]
"""
    files = {
        "site_/settings.py": APP + MANIFEST % backend,
        "site_/urls.py": urls,
        "site_/templates/page.html": page,
        "site_/static/a.css": "body {background: url(lost.png)}\n",
    }
    site = serve(deliver(files)).ready()
    status, _, body = site.get("/")
    assert status == 200, site.log.read_text()
    hashed, gone = body.split()
    assert gone == "/static/gone.png"
    status, headers, css = site.get(hashed)
    assert (status, "lost.png" in css) == (200, True)
    assert "immutable" in headers["Cache-Control"]
