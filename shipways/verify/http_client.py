"""The HTTP client: on a helper machine in the network of the first.

What listens on localhost there can be reached from it, nothing needs to be installed on the machine
under test, and what the client sends does not count as received by it.
"""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipways.errors import VerifyError
from shipways.machines import image_cache
from shipways.machines.execution import Background
from shipways.machines.machine import Machine, machine
from shipways.project.model import Probe, Project
from shipways.verify.agents import http_client


@dataclass(frozen=True)
class Entrance:
    """Where a person logs in, and by which name; "" where there is no such page."""

    login: str = ""
    name: str = ""


SCRIPT = "/var/tmp/visit.py"
USER, PASSWORD = "visitor", "a-Long-passw0rd"
OVERHEAD_S = 30  # what a visit may take besides waiting


class HttpClient:
    """Uses the site of `project` on localhost of the machine that it stands beside."""

    def __init__(self, project: Project, helper: Machine) -> None:
        self.project = project
        self._helper = helper
        self.entrance = Entrance()  # of a project without a probe, once it has been asked
        self.base = f"http://127.0.0.1:{project.tool.port}"
        helper.copy_in(Path(http_client.__file__), SCRIPT)

    @property
    def probe(self) -> Probe | None:
        return self.project.tool.probe

    def come_back(self) -> None:
        """After the machine has restarted: its network is another one now. Cookies are kept."""
        self._helper.restart()

    def wait(self, seconds: float) -> None:
        """Return when the health address answers 200; raises `VerifyError` when it does not."""
        found = self._do("wait", OVERHEAD_S + seconds, path=self._health, seconds=seconds)
        if not found["answered"]:
            raise VerifyError(f"{self._health} did not answer 200 within {seconds:g} s.")

    def waiting(self, seconds: float) -> Background:
        """The same, begun now and fetched with `arrived`."""
        return self._begin("wait", OVERHEAD_S + seconds, path=self._health, seconds=seconds)

    def answers(self) -> bool:
        return bool(self.get(self._health)["status"] == 200)

    def get(self, path: str, times: int = 1) -> dict[str, Any]:
        """status (0 where nothing answered), url, headers and body of a page."""
        return self._do("get", OVERHEAD_S * times, path=path, times=times)

    def about(self) -> dict[str, str]:
        """How the site says it was delivered."""
        answer = self.get(f"{self.project.tool.about}?format=json")
        try:
            return dict(json.loads(answer["body"]))
        except ValueError:
            raise VerifyError(f"{self.project.tool.about} gave {answer['status']}.") from None

    def health(self) -> dict[str, str]:
        """What the runtime's health page says: status and version."""
        answer = self.get(self._health)
        try:
            return dict(json.loads(answer["body"]))
        except ValueError:
            raise VerifyError(f"{self._health} gave {answer['status']}, and no JSON.") from None

    def static_links(self) -> list[str]:
        """Static files that the first page with any names: "/", or the login page."""
        prefix = self.project.tool.static_url
        for page in filter(None, ("/", self.entrance.login)):
            found = list(self._do("links", OVERHEAD_S, path=page, prefix=prefix)["links"])
            if found:
                return found
        return []

    def static_file(self) -> dict[str, Any]:
        """The first static file of the start page."""
        prefix = self.project.tool.static_url
        page = self.probe.read.partition("?")[0] if self.probe else "/"
        found = self._do("links", OVERHEAD_S, path=page, prefix=prefix)["links"]
        if not found:
            raise VerifyError(f"{page} names no file below {prefix}.")
        return self.get(found[0])

    def log_in(self) -> bool:
        """Log in with the account that the lifecycle has made; the session is kept."""
        fields = {"username": self.entrance.name or USER, "password": PASSWORD}
        answer = self._do("submit", OVERHEAD_S, path=self._login, fields=fields)
        return self.is_logged_in() and answer["status"] in (200, 404)

    def is_logged_in(self) -> bool:
        """Whether the kept session still opens the page behind the login."""
        inside = self._login.removesuffix("login/")
        answer = self.get(inside)
        return answer["status"] == 200 and "login" not in answer["url"]

    def post(self, text: str) -> bool:
        """Post one text through the form; true when it can be read afterwards."""
        probe = self._asked()
        fields = {name: value.replace("{text}", text) for name, value in probe.fields.items()}
        self._do("submit", OVERHEAD_S, path=probe.post, fields=fields)
        return not self.missing([text])

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Which of these texts cannot be read any more."""
        probe = self._asked()
        place = {"path": probe.read, "shown": probe.shown}
        return list(self._do("missing", OVERHEAD_S * 10, **place, texts=list(texts))["missing"])

    def writing(self, writers: int, seconds: float, pause: float = 0) -> Background:
        """Post from many writers at once, begun now; `stop_writing` ends it."""
        probe = self._asked()
        return self._begin(
            "load",
            OVERHEAD_S + seconds,
            path=probe.post,
            fields=probe.fields,
            writers=writers,
            seconds=seconds,
            pause=pause,
        )

    def stop_writing(self, writing: Background) -> tuple[list[str], list[str]]:
        """The acknowledged texts, and how each of the others failed."""
        self._helper.run(f"touch {http_client.STOP}", timeout=OVERHEAD_S)
        found = result(writing, OVERHEAD_S * 4)
        return list(found["posted"]), list(found["failed"])

    def _do(self, what: str, timeout: float, **arguments: Any) -> dict[str, Any]:
        return _decoded(self._helper.run(self._command(what, arguments), timeout=timeout).output)

    def _begin(self, what: str, timeout: float, **arguments: Any) -> Background:
        return self._helper.spawn(self._command(what, arguments), timeout=timeout)

    def _command(self, what: str, arguments: dict[str, Any]) -> str:
        request = json.dumps({"do": what, "base": self.base, **arguments})
        return f"python3 {SCRIPT} {shlex.quote(request)}"

    def _asked(self) -> Probe:
        if self.probe is None:
            raise VerifyError("The project has no [tool.shipways.probe].")
        return self.probe

    @property
    def _login(self) -> str:
        return self.entrance.login or self._asked().login

    @property
    def _health(self) -> str:
        return self.project.tool.health


def result(begun: Background, seconds: float) -> dict[str, Any]:
    """What a visit in the background came back with."""
    return _decoded(begun.wait(seconds).output)


def arrived(waiting: Background, seconds: float) -> float | None:
    """When the first 200 was seen, by this process's time.monotonic(); None where none came.

    Not by a time of day, which may be set meanwhile, nor by a clock of the machine's.
    """
    return waiting.ended if result(waiting, seconds)["answered"] else None


def _decoded(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


@contextlib.contextmanager
def client_beside(project: Project, beside: Machine, source: str = "auto") -> Iterator[HttpClient]:
    """A client on a machine of its own, in the other's network."""
    image = image_cache.ensure("debian:13", source, packages=("python3",))
    with machine(image, beside=beside) as helper:
        yield HttpClient(project, helper)
