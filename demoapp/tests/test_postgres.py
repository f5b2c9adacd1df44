"""The same on PostgreSQL, started for these tests alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from running import Browser, Site, free_port

pytestmark = pytest.mark.postgres
Start = Callable[..., Site]


def binaries() -> Path | None:
    """Where initdb is: on the path, or where Debian keeps it."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


class Server:
    """A PostgreSQL cluster in a temporary directory. As root it runs as the user postgres."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.prefix:
            shutil.chown(folder, "postgres")
        (folder / "password").write_text("hidden-word")
        (folder / "password").chmod(0o644)
        self.run("initdb", "-U", "anna", "-A", "scram-sha-256", f"--pwfile={folder}/password", "-N")

    def run(self, program: str, *arguments: str) -> None:
        command = [*self.prefix, str(self.programs / program), "-D", f"{self.folder}/data"]
        with (self.folder / "log").open("ab") as log:
            subprocess.run(
                [*command, *arguments],
                check=True,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                timeout=60,
            )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -F"
        self.run("pg_ctl", "start", "-w", "-o", options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-m", "immediate")

    def url(self, database: str = "postgres", password: str = "hidden-word") -> str:
        return f"postgres://anna:{password}@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Server]:
    programs = binaries()
    if programs is None:
        pytest.fail("apt-get install postgresql, or leave these out: pytest -m 'not postgres'")
    with tempfile.TemporaryDirectory(prefix="demoapp-pg-") as folder:
        os.chmod(folder, 0o755)
        server = Server(programs, Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def url(cluster: Server) -> str:
    """An empty database."""
    import psycopg  # which loads the system's libpq

    name = f"board{time.monotonic_ns()}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster.url(name)


def test_a_day_in_the_life(site: Start, url: str, cluster: Server) -> None:
    running = site(DATABASE_URL=url).ready()
    browser = Browser(running)
    browser.sign_up("clara")
    browser.fill("/notes/new/", title="КОТ ищет дом", body="100% рыжий.")
    assert "КОТ ищет дом" in browser.get("/?q=%D0%BA%D0%BE%D1%82+100%25")
    about = browser.get("/about?format=json")
    assert json.loads(about)["database"].startswith("PostgreSQL ")
    assert f"127.0.0.1:{cluster.port}/board" in about
    assert "hidden-word" not in about + running.output()
    assert running.stop() == 0
    assert not (running.state_dir / "db.sqlite3").exists()


def test_copies_that_start_at_once_do_not_get_in_each_other_s_way(site: Start, url: str) -> None:
    started = [site(DATABASE_URL=url) for _ in range(3)]
    for running in started:
        running.ready()
    assert sum("migrating the database" in running.output() for running in started) == 1


def test_it_waits_for_a_server_that_is_still_starting(
    site: Start, url: str, cluster: Server
) -> None:
    cluster.stop()
    running = site(DATABASE_URL=url)
    deadline = time.monotonic() + 20
    while "waiting for the database at 127.0.0.1" not in running.output():
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    cluster.start()
    running.ready()


def test_it_does_not_wait_for_ever(site: Start, url: str) -> None:
    wrong = url.replace("hidden-word", "other-word")
    running = site(DATABASE_URL=wrong, DEMOAPP_DATABASE_WAIT="1")
    assert running.wait() == 1
    last = running.output().splitlines()[-1]
    assert last.startswith("demoapp: no database at 127.0.0.1:")
    assert "password authentication failed" in last
    assert "other-word" not in running.output()


def test_healthz_when_the_server_goes_away_and_comes_back(
    site: Start, url: str, cluster: Server
) -> None:
    running = site(DATABASE_URL=url).ready()
    cluster.stop()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{running.url}/healthz", timeout=20)
    with caught.value as error:
        assert error.code == 503
        assert json.load(error)["status"] == "error"
    assert "PostgreSQL (unavailable)" in Browser(running).get("/about?format=json")
    cluster.start()
    running.ready()
    assert "hidden-word" not in running.output()


def test_sigterm_while_it_waits(site: Start) -> None:
    running = site(DATABASE_URL=f"postgres://a:b@127.0.0.1:{free_port()}/c")
    deadline = time.monotonic() + 20
    while "waiting for the database" not in running.output():
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    assert running.stop() == 0
