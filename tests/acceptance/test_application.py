"""What `django-admin startproject` leaves, with one app, and nothing said about it: every artifact
is built from it, clean and the same twice, and serves the admin with its styles.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.project import source_tree
from shipways.results import FormatRecord
from shipways.util.command import run
from shipways.util.extraction import extract

FORMATS = ("wheel", "deb-bundled", "tarball")
TIMEOUT_S = 300
START_S = 60
MODEL = """\
from django.db import models


class Note(models.Model):
    title = models.CharField(max_length=80)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a person has it after half an hour, committed."""
    folder = tmp_path_factory.mktemp("site")
    run(["django-admin", "startproject", "mysite"], timeout=TIMEOUT_S, cwd=folder)
    root = folder / "mysite"
    manage = [sys.executable, "manage.py"]
    run([*manage, "startapp", "notes"], timeout=TIMEOUT_S, cwd=root)
    (root / "notes/models.py").write_text(MODEL)
    settings = root / "mysite/settings.py"
    text = settings.read_text().replace("INSTALLED_APPS = [", 'INSTALLED_APPS = [\n    "notes",')
    settings.write_text(text)
    run([*manage, "makemigrations", "notes"], timeout=TIMEOUT_S, cwd=root)
    (root / ".gitignore").write_text("__pycache__/\n*.sqlite3\n/dist/\n")
    (root / ".env.example").write_text("NOTHING=\n")
    (root / "a name with spaces.txt").write_text("x\n")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        run([*git, *words], timeout=TIMEOUT_S, cwd=root)
    return root


@pytest.fixture(scope="module")
def dist(site: Path) -> Path:
    assert cli.main(["build", *FORMATS, "--project", str(site)]) == 0
    return site / "dist"


def record(dist: Path, name: str) -> FormatRecord:
    found = results.load(dist / results.FILE_NAME)
    assert found is not None
    return found.formats[name]


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_built_clean_and_the_same_twice(dist: Path, name: str) -> None:
    built = record(dist, name)
    assert (built.status, built.reason) == ("ok", "")
    assert not [lint for lint in built.lint if lint.errors or lint.warnings]
    assert built.build.reproducible is True


def test_the_lock_is_kept_beside_it(dist: Path) -> None:
    assert "django" in (dist.parent / "shipways.lock").read_text()


def test_the_wheel_holds_all_that_git_tracks(dist: Path, site: Path) -> None:
    tracked = {f"shipways_mysite/tree/{path}" for path in source_tree.files(site)}
    assert len(tracked) > 10
    with zipfile.ZipFile(dist / record(dist, "wheel").artifacts[0].path) as wheel:
        names = set(wheel.namelist())
        assert {name for name in names if "/tree/" in name} == tracked
        assert not [name for name in names if name.endswith(".pyc")]
        manage = wheel.getinfo("shipways_mysite/tree/manage.py")
        assert manage.external_attr >> 16 & 0o100
        inside = wheel.read("shipways_mysite/tree/a name with spaces.txt")
    assert inside == b"x\n"


@pytest.fixture(scope="module")
def program(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the archive has to start, unpacked where nobody knows it."""
    folder = tmp_path_factory.mktemp("unpacked")
    extract(dist / record(dist, "tarball").artifacts[0].path, folder)
    (found,) = folder.glob("*/run")
    return found


@pytest.fixture(scope="module")
def address(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the archive serves, in place and without root."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    state = tmp_path_factory.mktemp("state")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(state), "MYSITE_BIND": where}
    served = subprocess.Popen([program, "serve"], env=environment, cwd="/")
    try:
        _wait(f"http://{where}/-/health")
        yield f"http://{where}"
    finally:
        served.terminate()
        assert served.wait(TIMEOUT_S) == 0


def _wait(url: str) -> None:
    limit = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except urllib.error.URLError:
            assert time.monotonic() < limit
            time.sleep(0.2)


def get(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def test_the_archive_serves_the_admin_with_its_styles(address: str) -> None:
    page = get(f"{address}/admin/login/?next=/admin/")
    assert 'name="username"' in page
    styles = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert styles
    assert all("{" in get(address + path) for path in styles)
    assert '"status": "ok"' in get(f"{address}/-/health")


def test_the_archive_takes_every_management_command(program: Path, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    said = run(
        [program, "showmigrations", "notes"], timeout=TIMEOUT_S, env=environment, cwd=tmp_path
    )
    assert "0001_initial" in said.output
    told = run([program, "--version"], timeout=TIMEOUT_S, env=environment, cwd=tmp_path)
    assert told.output.strip() == "mysite 0.1.0"
