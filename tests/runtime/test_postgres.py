"""A database on a server, started for these tests alone: it comes late, goes away, comes back."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import Delivered, Site

pytestmark = pytest.mark.process
Deliver = Callable[..., Delivered]
Serve = Callable[..., Site]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


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

    def url(self) -> str:
        return f"postgres://anna:hidden-word@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def cluster() -> Iterator[Server]:
    programs = binaries()
    if programs is None:
        pytest.skip("there is no PostgreSQL; apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="shipways-pg-") as folder:
        Path(folder).chmod(0o755)
        server = Server(programs, Path(folder))
        yield server
        if (Path(folder) / "data" / "postmaster.pid").exists():
            server.stop()


def until(site: Site, text: str) -> None:
    limit = time.monotonic() + 30
    while text not in site.log.read_text():
        assert time.monotonic() < limit, site.log.read_text()
        time.sleep(0.05)


def test_a_server_that_comes_late_goes_away_and_comes_back(
    cluster: Server, deliver: Deliver, serve: Serve
) -> None:
    made = deliver()
    started = [serve(made, DATABASE_URL=cluster.url()) for _ in range(3)]
    until(started[0], f"waiting for the database at 127.0.0.1:{cluster.port}/postgres")
    cluster.start()
    sites = [site.ready() for site in started]
    assert sum("migrating the database" in site.log.read_text() for site in sites) == 1

    cluster.stop()
    status, _, body = sites[0].get("/-/health")
    assert (status, json.loads(body)["status"]) == (503, "error")
    cluster.start()
    assert sites[0].get("/-/health")[0] == 200  # the first time that it is asked

    wrong = cluster.url().replace("hidden-word", "other-word")
    refused = serve(made, DATABASE_URL=wrong, SITE_DATABASE_WAIT="0")
    assert refused.process.wait(30) == 1
    last = refused.log.read_text().splitlines()[-1]
    assert last.startswith("site: no database at 127.0.0.1:")
    assert "password authentication failed" in last
    assert not any("-word" in site.log.read_text() for site in [*sites, refused])
    assert not (made.state / "db.sqlite3").exists()


def test_sigterm_while_it_waits(deliver: Deliver, serve: Serve) -> None:
    site = serve(deliver(), DATABASE_URL=f"postgres://a:b@127.0.0.1:{free_port()}/c")
    until(site, "waiting for the database")
    assert site.stop() == 0
