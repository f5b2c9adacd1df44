"""`serve`: from an empty state directory to a site, and what stands below the application."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable

import pytest

from tests.runtime.conftest import FRAME, Delivered, Site

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
Serve = Callable[..., Site]
CSS = {"site_/static/a.css": "body {}\n"}
APP = FRAME + 'INSTALLED_APPS += ["site_"]\n'
MIGRATION = """
from django.db import migrations


def run(apps, editor):
    raise RuntimeError("on purpose")


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL("CREATE TABLE x (id integer)"), migrations.RunPython(run)]
"""
ASGI = """
import os
from django.core.asgi import get_asgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
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


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_site_serves(kind: str, deliver: Deliver, serve: Serve) -> None:
    files = {"site_/settings.py": APP, "site_/asgi.py": ASGI, **CSS}
    keys = {"kind": "asgi", "asgi": "site_.asgi:application"} if kind == "asgi" else {}
    made = deliver(files, **keys)
    site = serve(made, SITE_ABOUT="true", SITE_ALLOWED_HOSTS="www.example.org,localhost").ready()
    status, headers, body = site.get("/")
    assert (status, body) == (200, "home, http")
    assert "secure" not in headers["Set-Cookie"].lower()
    assert site.get("/static/a.css")[2] == "body {}\n"
    status, headers, _ = site.get("/a?b=c", host="www.example.org")
    assert (status, headers["Location"]) == (308, "https://www.example.org/a?b=c")
    assert site.get("/", host="evil.example")[0] == 400
    assert json.loads(site.get("/-/health", host="evil.example")[2])["version"] == "1.0.0"
    assert json.loads(site.get("/-/about")[2])["name"] == "site"
    assert site.stop() == 0, site.log.read_text()


def test_a_proxy_that_is_trusted_says_https(deliver: Deliver, serve: Serve) -> None:
    said = {"X-Forwarded-Proto": "https"}
    site = serve(deliver(), SITE_TRUST_PROXY="true", ALLOWED_HOSTS="www.example.org").ready()
    status, headers, body = site.get("/", "www.example.org", **said)
    assert (status, body) == (200, "home, https")
    assert headers["Strict-Transport-Security"].startswith("max-age=3600")
    assert "secure" in headers["Set-Cookie"].lower()
    assert site.get("/-/about", "www.example.org", **said)[0] == 404
    plain = serve(deliver_again(site), ALLOWED_HOSTS="www.example.org").ready()
    assert plain.get("/", "www.example.org", **said)[0] == 308


def deliver_again(site: Site) -> Delivered:
    """The same application once more, beside the one that runs."""
    folder = site.log.parent / "code"
    return Delivered(folder, site.log.parent / "other")


def test_a_failed_migration_leaves_the_database_as_it_was(deliver: Deliver, serve: Serve) -> None:
    made = deliver({"site_/settings.py": APP})
    assert serve(made).ready().stop() == 0
    migrations = made.tree / "site_" / "migrations"
    migrations.mkdir()
    (migrations / "__init__.py").write_text("")
    (migrations / "0001_initial.py").write_text(MIGRATION)
    broken = serve(made)
    assert broken.process.wait(60) == 1
    said = broken.log.read_text()
    assert "the database could not be migrated: RuntimeError: on purpose" in said
    assert "It has been put back as it was." in said
    with sqlite3.connect(made.state / "db.sqlite3") as database:
        assert not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'x'").fetchall()
    copies = sorted((made.state / "backups").glob("db-*.sqlite3"))
    assert len(copies) == 1
    done = made.run("restore", str(copies[0]))
    assert (done.returncode, "restored" in done.stdout) == (0, True)


def test_a_port_that_is_taken_is_a_wrong_setting(deliver: Deliver) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        made = deliver()
        done = made.run("serve", SITE_BIND=f"127.0.0.1:{sock.getsockname()[1]}")
    assert done.returncode == 2
    assert "SITE_BIND: cannot listen on 127.0.0.1:" in done.stderr
    assert not (made.state / "db.sqlite3").exists()


def test_a_process_has_the_site_s_environment(deliver: Deliver) -> None:
    files = {"job.py": "import os\nprint('did', os.environ['SAID'], os.getcwd())\n"}
    made = deliver(
        files,
        processes={"job": ["manage", "shell", "-v0", "-c", "import job"], "other": ["nothing-x"]},
        environment=[{"name": "SAID", "value": "it"}],
    )
    done = made.run("process", "job")
    assert done.stdout.split()[:2] == ["did", "it"], done.stderr
    assert done.stdout.split()[2] == str(made.tree)
    assert made.run("process", "other").returncode == 1
    wrong = made.run("process", "none")
    assert (wrong.returncode, "name one of" in wrong.stderr) == (2, True)


def test_help_and_version_need_no_settings(deliver: Deliver) -> None:
    made = deliver({"site_/settings.py": "1 / 0"})
    assert made.run("--version").stdout == "site 1.0.0\n"
    assert "SITE_STATE_DIR" in made.run("--help").stdout


def test_a_misspelt_setting_is_pointed_out(deliver: Deliver) -> None:
    done = deliver().run("check", SITE_WORKER="3")
    assert "SITE_WORKER is not a setting of this version; did you mean SITE_WORKERS?" in done.stderr
