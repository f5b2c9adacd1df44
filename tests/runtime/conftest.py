"""Delivered applications made at test time: real trees, real modules, real processes."""

from __future__ import annotations

import compileall
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from shipways_runtime import config
from shipways_runtime.application import Application, read

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60
COMMAND = "import sys\nfrom .runtime.command import main\nsys.exit(main())\n"
FRAME = """
SECRET_KEY = "django-insecure-x"
DEBUG = True
ALLOWED_HOSTS = []
ROOT_URLCONF = "site_.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes",
                  "django.contrib.sessions", "django.contrib.staticfiles"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware",
              "django.middleware.common.CommonMiddleware"]
STATIC_URL = "static/"
"""


@dataclass
class Delivered:
    """One application, as an artifact has it, and where it keeps its data."""

    folder: Path
    state: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "shipways_site" / "tree"

    def environment(self, **more: str) -> dict[str, str]:
        plain = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(self.folder)}
        return {**plain, "SITE_STATE_DIR": str(self.state), **self.variables, **more}

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "shipways_site.command", *words]

    def run(
        self, *words: str, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, in a folder that is not the tree's."""
        return subprocess.run(
            self.argv(*words),
            env=self.environment(**more),
            cwd=cwd or self.folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )

    def settings(self, *names: str, **more: str) -> dict[str, Any]:
        """Settings of the running project, as text."""
        code = (
            "import json; from django.conf import settings; "
            f"print(json.dumps({{n: getattr(settings, n, None) for n in {names!r}}}, default=str))"
        )
        done = self.run("shell", "-v0", "-c", code, cwd=None, **more)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def application(**keys: Any) -> Application:
    """application.json with these keys, read."""
    stated = {"name": "site", "version": "1.0.0", "settings": "site_.settings", **keys}
    return read(json.dumps(stated))


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., config.Config]:
    """What an administrator has set, of an application."""

    def make(app: Application | None = None, **variables: str) -> config.Config:
        values = {"SITE_STATE_DIR": str(tmp_path / "state"), **variables}
        return config.read(app or application(), values)

    return make


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime with its bytecode, which all copies share."""
    folder = tmp_path_factory.mktemp("compiled") / "runtime"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "runtime" / "shipways_runtime", folder, ignore=ignored)
    compileall.compile_dir(folder, quiet=1)
    return folder


@pytest.fixture(scope="session")
def startproject(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `django-admin startproject mysite` leaves: path -> content."""
    folder = tmp_path_factory.mktemp("startproject")
    argv = [sys.executable, "-m", "django", "startproject", "mysite", str(folder)]
    subprocess.run(argv, check=True, timeout=TIMEOUT_S)
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*.py")
        if "__pycache__" not in path.parts
    }


@pytest.fixture
def deliver(tmp_path: Path, compiled: Path) -> Callable[..., Delivered]:
    """Make an application of these files, with these keys in application.json."""

    def make(files: dict[str, str] | None = None, /, **keys: Any) -> Delivered:
        package = tmp_path / "code" / "shipways_site"
        shutil.copytree(compiled, package / "runtime")
        stated = {"name": "site", "version": "1.0.0", "settings": "site_.settings", **keys}
        (package / "__init__.py").write_text("")
        (package / "command.py").write_text(COMMAND)
        (package / "application.json").write_text(json.dumps(stated))
        tree = {"site_/__init__.py": "", "site_/settings.py": FRAME, "site_/urls.py": URLS}
        for name, text in {**tree, **(files or {})}.items():
            path = package / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Delivered(tmp_path / "code", tmp_path / "state")

    return make


URLS = """
from django.http import HttpResponse
from django.urls import path


def home(request):
    answer = HttpResponse(f"home, {request.scheme}")
    answer.set_cookie("seen", "1", secure=True)
    return answer


urlpatterns = [path("", home)]
"""


class Answer(NamedTuple):
    """What a site has answered."""

    status: int
    headers: Any
    body: str


class Site:
    """A running `serve`."""

    def __init__(self, delivered: Delivered, log: Path, **more: str) -> None:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = sock.getsockname()[1]
        bind = {"SITE_BIND": f"127.0.0.1:{self.port}", "SITE_WORKERS": "1"}
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                delivered.argv("serve"),
                env=delivered.environment(**{**bind, **more}),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=delivered.folder,
            )

    def ready(self) -> Site:
        """When the health page answers 200."""
        limit = time.monotonic() + TIMEOUT_S
        while time.monotonic() < limit:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/-/health")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def get(self, path: str, host: str = "localhost", **headers: str) -> Answer:
        return self.ask("GET", path, None, {"Host": host, **headers})

    def post(self, path: str, body: str, **headers: str) -> Answer:
        return self.ask("POST", path, body, {"Host": "localhost", **headers})

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(TIMEOUT_S)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Start a site; all of them end with the test."""
    started: list[Site] = []

    def start(delivered: Delivered, **more: str) -> Site:
        started.append(Site(delivered, tmp_path / f"serve{len(started)}.log", **more))
        return started[-1]

    yield start
    for site in started:
        if site.process.poll() is None:
            site.process.kill()
        site.process.wait()
