"""The command in a process of its own, and a browser that keeps cookies as a real one does."""

from __future__ import annotations

import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 30
SERVE = ("-m", "demoapp", "serve")


def environment(state_dir: Path, variables: dict[str, str]) -> dict[str, str]:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return base | {"DEMOAPP_STATE_DIR": str(state_dir)} | variables


def demoapp(*arguments: str, state_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``demoapp ARGUMENTS`` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "demoapp", *arguments],
        env=environment(state_dir, variables),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Site:
    """A running ``demoapp serve``."""

    def __init__(
        self, state_dir: Path, variables: dict[str, str], program: tuple[str, ...] = SERVE
    ) -> None:
        self.state_dir = state_dir
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        variables = {"DEMOAPP_BIND": f"127.0.0.1:{self.port}", "DEMOAPP_WORKERS": "1"} | variables
        self.log = state_dir.with_name(f"serve-{self.port}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *program],
                env=environment(state_dir, variables),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> Site:
        """Wait for the first answer from /healthz."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output()
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"no answer in {TIMEOUT} s:\n{self.output()}")

    def stop(self) -> int:
        """SIGTERM, as systemd and docker send it; the exit status."""
        self.process.terminate()
        return self.process.wait(timeout=TIMEOUT)

    def wait(self) -> int:
        return self.process.wait(timeout=TIMEOUT)

    def end(self) -> None:
        """Make sure of it, after SIGTERM."""
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def output(self) -> str:
        return self.log.read_text("utf-8")


class Browser:
    """Follows links and fills in forms over real HTTP. A Secure cookie goes nowhere over http."""

    def __init__(self, site: Site) -> None:
        self.site = site
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.opener.addheaders = [("Origin", site.url)]

    def get(self, path: str) -> str:
        with self.opener.open(self.site.url + path, timeout=TIMEOUT) as response:
            return str(response.read().decode())

    def fill(self, path: str, **fields: str) -> str:
        """Submit the form on the page at ``path``; the page after it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token[1]}).encode()
        with self.opener.open(self.site.url + path, data, timeout=TIMEOUT) as response:
            return str(response.read().decode())

    def sign_up(self, name: str) -> str:
        phrase = "a-long-pass-phrase"
        return self.fill("/accounts/signup/", username=name, password1=phrase, password2=phrase)
