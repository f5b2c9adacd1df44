"""The stack on this machine's engine: installed by its own steps, used, broken, upgraded, removed.

Everything of it carries a project name of its own and is removed at the end, also after a failure.
Requests go only to the stack's address on the loopback, and every loop ends by count and by time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shipways.formats.compose import format as compose
from shipways.formats.docker import image_packages
from shipways.inputs.sbom import SUFFIX
from shipways.machines import engine
from shipways.project import model, source_tree
from shipways.util import command
from shipways.util.command import Completed
from shipways.util.measure import median
from shipways.verify.agents import http_client
from shipways.verify.delivery import Delivery
from shipways.verify.later_versions import Versions
from tests.acceptance import bills, uploads

VERSION = "1.7.0"  # not the sample's: the image's name is this test's own
USER, PASSWORD = "visitor", "a-Long-passw0rd"
STEP_S = 300
SERVICES = ("web", "db", "proxy")
Browse = Callable[[], http_client.Browser]


@dataclass(frozen=True)
class Stack:
    """An unpacked archive under a project name of its own."""

    work: Path  # holds the archives
    name: str
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def type(self, line: str, *, cwd: Path | None = None, check: bool = True) -> Completed:
        """What a person types, in the folder that holds the archive unless another is named."""
        return command.run(["sh", "-c", line], timeout=STEP_S, cwd=cwd or self.work, check=check)

    def compose(self, line: str, *, check: bool = True) -> str:
        """A command in the stack's own folder."""
        return self.type(f"docker compose {line}", cwd=self.folder, check=check).output

    def phase(self, delivery: Delivery, *phases: str) -> None:
        """Type the printed steps of some phases."""
        shutil.copy(delivery.file, self.work)
        for step in compose.FORMAT.printed(delivery.project):
            if step.phase in phases:
                self.type(step.command)

    def ids(self, service: str) -> list[str]:
        return self.compose(f"ps --quiet {service}").split()

    def inspect(self, service: str) -> list[dict[str, Any]]:
        found = json.loads(self.type(f"docker inspect {' '.join(self.ids(service))}").output)
        return list(found)

    def about(self) -> dict[str, str]:
        return dict(json.loads(self.get("/about?format=json")["body"]))

    def get(self, path: str) -> http_client.Answer:
        return http_client._safely(http_client.Browser(self.url).get, path)

    def answers(self, seconds: float = 60) -> None:
        found = http_client.wait(self.url, "/healthz", seconds)
        assert found["answered"], found["last"] + self.compose("logs --tail=30")

    def write(self, text: str) -> bool:
        """Post a note; true when it was acknowledged."""
        browser = http_client.Browser(self.url)
        fields = {"title": text, "body": "text"}
        answer = http_client._safely(browser.submit, "/notes/new/", fields, follow=False)
        return answer["status"] in http_client.ACKNOWLEDGED

    def missing(self, texts: list[str]) -> list[str]:
        """Which of the notes are not found; the page repeats what was searched for."""
        browser = http_client.Browser(self.url)
        pages = {text: browser.get(f"/?q={urllib.parse.quote(text)}")["body"] for text in texts}
        return [text for text, page in pages.items() if f">{text}</a>" not in page]


@pytest.fixture(scope="module")
def deliveries(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Delivery, Delivery]:
    """The sample under a version of this test's own, and the next one, with one more migration."""
    folder = tmp_path_factory.mktemp("versions")
    root = Path(__file__).parents[2] / "demoapp"
    sample = model.load(root)
    now = folder / "now"
    source_tree.snapshot(root, now)
    path = now / model.FILE_NAME
    text = path.read_text("utf-8").replace(
        f'version = "{sample.version}"', f'version = "{VERSION}"'
    )
    path.write_text(text, "utf-8")
    first = model.load(now)
    made = Versions(first, folder / "built", cache())
    return made.make(compose.FORMAT, "now"), made.make(compose.FORMAT, "next")


def cache() -> Path:
    from platformdirs import user_cache_path

    return Path(os.environ.get("SHIPWAYS_CACHE") or user_cache_path("shipways"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def stack(
    deliveries: tuple[Delivery, Delivery], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The first version, installed and started by the printed steps; an account that may log in."""
    work = tmp_path_factory.mktemp("server")
    delivery = deliveries[0]
    name = f"shipways-test-{os.getpid()}"
    folder = work / compose.folder_name(delivery.project)
    made = Stack(work, name, free_port(), folder)
    folder.mkdir()
    (folder / ".env").write_text(
        f"COMPOSE_PROJECT_NAME={name}\nPUBLISH=127.0.0.1:{made.port}\nWEB_CPUS=1\n"
    )
    http_client.COOKIES = work / "cookies"
    try:
        made.phase(delivery, "install")
        began = time.monotonic()
        made.phase(delivery, "start")
        made.answers()
        print(f"\nstack: first answer after {time.monotonic() - began:.1f} s")
        account = f"-e DJANGO_SUPERUSER_USERNAME={USER} -e DJANGO_SUPERUSER_PASSWORD={PASSWORD}"
        made.compose(
            f"exec -T {account} -e DJANGO_SUPERUSER_EMAIL=visitor@example.org web "
            f"{delivery.project.command} createsuperuser --noinput"
        )
        fields = {"username": USER, "password": PASSWORD}
        assert http_client.submit(made.url, "/admin/login/", fields)["status"] == 200
        yield made
    finally:
        remove(made)


def remove(stack: Stack) -> None:
    """By the steps where the folder is sound, and in any case whatever carries the name."""
    stack.compose("down --volumes --remove-orphans --timeout 5", check=False)
    client = engine.client()
    mine: dict[str, str | list[str] | bool] = {"label": f"com.docker.compose.project={stack.name}"}
    for container in client.containers.list(all=True, filters=mine):
        container.remove(force=True, v=True)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove(force=True)


@dataclass
class Load:
    """What came of some visitors who read and write at once."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    written: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, method: str, answer: http_client.Answer, began: float) -> None:
        self.answers[method, answer["status"]] += 1
        self.waits.append(time.monotonic() - began)
        if answer["status"] not in (200, *http_client.ACKNOWLEDGED):
            self.failures.append(f"{method}: {answer['status']} {answer['body'][:200]}")


@contextmanager
def load(stack: Stack, *, readers: int, writers: int, most_s: float) -> Iterator[Load]:
    """Visitors at work inside the `with` block; each pauses between two requests."""
    found, over = Load(), threading.Event()
    limit = time.monotonic() + most_s

    def read() -> None:
        browser = http_client.Browser(stack.url)
        while not over.wait(0.03) and time.monotonic() < limit:
            began = time.monotonic()
            found.note("GET", http_client._safely(browser.get, "/"), began)

    def write(number: int) -> None:
        browser, count = http_client.Browser(stack.url), 0
        while not over.wait(0.03) and time.monotonic() < limit:
            text, began = f"load{number}x{time.time_ns()}x{count}", time.monotonic()
            fields = {"title": text, "body": "text"}
            answer = http_client._safely(browser.submit, "/notes/new/", fields, follow=False)
            found.note("POST", answer, began)
            if answer["status"] in http_client.ACKNOWLEDGED:
                found.written.append(text)
            count += 1

    threads = [threading.Thread(target=read) for _ in range(readers)]
    threads += [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        over.set()
        for thread in threads:
            thread.join(http_client.TIMEOUT_S * 3)


def test_bill_names_the_packages_of_all_images(
    stack: Stack, deliveries: tuple[Delivery, Delivery]
) -> None:
    """Read from the images themselves, as they run; inside the archive and beside it."""
    delivery = deliveries[0]
    shipped, name = delivery.project, f"{delivery.project.name}{SUFFIX}"
    beside = delivery.file.with_name(f"{delivery.file.name}{SUFFIX}")
    sbom = bills.same((stack.folder / name).read_bytes(), beside, shipped)
    bills.check_lock(sbom, shipped)
    graph = {entry["ref"]: entry.get("dependsOn", []) for entry in sbom["dependencies"]}
    names = {part["bom-ref"]: (part["name"], part["version"]) for part in sbom["components"]}
    running = {found["Config"]["Image"] for one in SERVICES for found in stack.inspect(one)}
    assert {f"image:{image}" for image in running} == {*graph[shipped.name]}
    for image in running:
        held = {names[ref] for ref in graph[f"image:{image}"]}
        there = {(package.name, package.version) for package in image_packages.installed(image)}
        assert there and there <= held, image
    assert [part for part in names.values() if part[0] == "postgresql-17"]


def test_only_the_proxy_is_published(stack: Stack) -> None:
    for service in ("db", "web"):
        for container in stack.inspect(service):
            assert not any((container["NetworkSettings"]["Ports"] or {}).values())
            assert list(container["NetworkSettings"]["Networks"]) == [f"{stack.name}_inside"]
    (proxy,) = stack.inspect("proxy")
    published = [
        port for ports in proxy["NetworkSettings"]["Ports"].values() for port in ports or ()
    ]
    assert published == [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]
    network = json.loads(stack.type(f"docker network inspect {stack.name}_inside").output)
    assert network[0]["Internal"]


@pytest.mark.parametrize("service", ["db", "web", "proxy"])
def test_it_has_no_rights_that_it_does_not_need(stack: Stack, service: str) -> None:
    for container in stack.inspect(service):
        host, user = container["HostConfig"], container["Config"]["User"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert not host["CapAdd"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert user and not user.startswith(("0", "root"))
        assert host["Memory"] > 0 and host["NanoCpus"] > 0 and host["PidsLimit"] > 0
        assert host["LogConfig"]["Config"] == {"max-file": "3", "max-size": "10m"}
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
        assert container["State"]["Health"]["Status"] == "healthy"


def test_secrets_are_in_files_and_nowhere_else(stack: Stack) -> None:
    files = sorted((stack.folder / "secrets").iterdir())
    values = [path.read_text() for path in files]
    assert [path.name for path in files] == ["database_password", "database_url", "secret_key"]
    assert (stack.folder / "secrets").stat().st_mode & 0o777 == 0o700
    containers = stack.compose("ps --all --quiet").replace("\n", " ")
    shown = stack.type(f"docker inspect {containers}").output + stack.compose("logs")
    assert not any(value in shown for value in values)
    stack.type(f"sh {stack.folder}/make-secrets.sh")
    assert [path.read_text() for path in files] == values


def test_proxy_serves_static_files(stack: Stack) -> None:
    link = http_client.links(stack.url, "/", "/static/")["links"][0]
    answer = stack.get(link)
    assert answer["status"] == 200
    assert "max-age=315360000" in answer["headers"]["cache-control"]
    assert link not in stack.compose("logs web"), "the app was asked for it"


def test_uploads_of_nobody_known_do_it_no_harm(stack: Stack) -> None:
    """What waits at the proxy and in the app is on a disk: in memory it would end them."""
    before = {service: stack.inspect(service)[0]["State"]["StartedAt"] for service in SERVICES}
    found = uploads.storm(stack.port, "/notes/new/", "/healthz", count=8)
    print(f"\nuploads: {found}")
    assert found["sent"] == 8
    assert found["during"] == [200] * 5
    assert found["at_limit"] == 403  # all of it was read, down to the token that is not in it
    assert found["over"] == 413
    assert found["at_once"] == [403] * 8
    assert found["after"] == 200
    for service in SERVICES:
        (container,) = stack.inspect(service)
        assert container["State"]["StartedAt"] == before[service]
        assert not container["State"]["OOMKilled"]
        assert container["RestartCount"] == 0
    left = stack.compose("exec -T proxy busybox find /var/tmp -type f")
    assert left == "", "nothing of an upload stays"


def test_it_knows_its_format_and_database(stack: Stack) -> None:
    about = stack.about()
    assert about["format"] == "compose"
    assert about["database"].startswith("PostgreSQL 17")


def test_data_survives_down_and_up(stack: Stack) -> None:
    assert stack.write("before down")
    stack.compose("down")
    assert not stack.get("/healthz")["status"]
    stack.compose("up -d --wait")
    stack.answers()
    assert stack.missing(["before down"]) == []


def test_backup_and_restore(stack: Stack, deliveries: tuple[Delivery, Delivery]) -> None:
    sample = deliveries[0].project
    assert stack.write("in the backup")
    stack.type(compose.backup(sample), cwd=stack.folder)
    assert stack.write("after the backup")
    stack.type(compose.restore(sample), cwd=stack.folder)
    assert stack.missing(["in the backup", "after the backup"]) == ["after the backup"]
    assert stack.write("after the restore")


def test_app_waits_for_the_database_and_recovers(stack: Stack) -> None:
    stack.compose("stop db")
    assert stack.get("/healthz")["status"] == 503
    stack.compose("restart web --timeout 10")
    limit = time.monotonic() + 60
    while "waiting for the database" not in stack.compose("logs --since=60s web"):
        assert time.monotonic() < limit
        time.sleep(1)
    (web,) = stack.ids("web")
    stack.compose("start db")
    stack.answers(90)
    assert stack.ids("web") == [web]
    assert stack.inspect("web")[0]["RestartCount"] == 0


def test_database_killed_under_writes(stack: Stack) -> None:
    with load(stack, readers=0, writers=2, most_s=90) as found:
        _until(lambda: len(found.written) > 20)
        before = len(found.written)
        os.kill(stack.inspect("db")[0]["State"]["Pid"], signal.SIGKILL)
        time.sleep(1)
        stack.answers(60)
        _until(lambda: len(found.written) > before + 20)
    assert stack.inspect("db")[0]["RestartCount"] == 1
    assert stack.missing(found.written) == [], "an acknowledged note is lost"


def test_replicas_share_the_load_and_the_sessions(stack: Stack) -> None:
    one = _throughput(stack)
    stack.compose("up -d --wait --no-recreate --scale web=4")
    assert len(stack.ids("web")) == 4
    since = int(time.time())
    four = _throughput(stack)
    text = stack.compose(f"logs --since={since} web")
    shares = Counter(re.findall(r'(web-\d+)\s.*"GET / ', text))
    cpus = len(os.sched_getaffinity(0))
    print(f"\nfour replicas: {four:.0f}/s, one: {one:.0f}/s, {four / one:.2f} x on {cpus} CPUs")
    print(f"shares: {dict(shares)}")
    assert len(shares) == 4
    assert min(shares.values()) > 0.5 * median(list(map(float, shares.values())))
    browser = http_client.Browser(stack.url)
    pages = [browser.get("/admin/") for _ in range(12)]
    assert {page["status"] for page in pages} == {200}
    assert not [page["url"] for page in pages if "login" in page["url"]]
    stack.compose("up -d --wait --scale web=1")


def _throughput(stack: Stack) -> float:
    """Answers a second to eight visitors without a pause: 8 x 40 requests, once to warm up."""
    rates = []
    for _ in range(2):
        began = time.monotonic()

        def read() -> None:
            browser = http_client.Browser(stack.url)
            for _ in range(40):
                assert browser.get("/")["status"] == 200

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        rates.append(320 / (time.monotonic() - began))
    return max(rates)


def test_upgrade_and_rollback_while_requests_go_on(
    stack: Stack, deliveries: tuple[Delivery, Delivery]
) -> None:
    now, later = deliveries
    assert stack.write("before the upgrade")
    for delivery, phase in ((later, "upgrade"), (now, "rollback")):
        with load(stack, readers=2, writers=2, most_s=150) as found:
            time.sleep(2)
            stack.phase(delivery, phase)
            time.sleep(2)
        count = sum(found.answers.values())
        print(f"\n{phase}: {count} requests, the longest {max(found.waits):.1f} s")
        assert count > 50
        assert found.failures == []
        assert stack.about()["version"] == delivery.project.version
        assert stack.missing(["before the upgrade", *found.written[:5], *found.written[-5:]]) == []
        web = stack.ids("web")
        stack.compose("up -d --wait")
        assert stack.ids("web") == web, "nothing was left to be done"
        tables = stack.compose("exec -T db psql -U demoapp -c '\\dt shipways_next'", check=False)
        assert "shipways_next" in tables  # and the version before works with it


def test_build_as_the_notes_say(stack: Stack, deliveries: tuple[Delivery, Delivery]) -> None:
    """docker compose build / up -d / ps / down, in the folder that the build has left."""
    folder = deliveries[0].file.parents[3] / ".dist"
    places = sorted(Path(folder).glob("compose/compose.override.yaml"))
    assert places, f"{folder} has no stack"
    there = places[0].parent
    port = free_port()
    name = f"{stack.name}-checkout"
    (there / ".env").write_text(f"COMPOSE_PROJECT_NAME={name}\nPUBLISH=127.0.0.1:{port}\n")
    local = Stack(there, name, port, there)
    try:
        local.type("sh make-secrets.sh")
        local.compose("build")
        local.compose("up -d")
        local.answers()
        rows = local.compose("ps --format '{{.Service}} {{.Health}}'").split("\n")
        assert {"db healthy", "web healthy"} <= set(rows)
        local.compose("down")
        assert local.compose("ps --quiet") == ""
    finally:
        remove(local)


def test_data_is_gone_after_down_with_volumes(stack: Stack) -> None:
    assert stack.write("not for long")
    stack.compose("down --volumes")
    left = engine.client().volumes.list(
        filters={"label": f"com.docker.compose.project={stack.name}"}
    )
    assert left == []
    stack.compose("up -d --wait")
    stack.answers()
    assert stack.missing(["not for long"]) == ["not for long"]


def _until(true: Callable[[], bool], seconds: float = 40) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it took too long"
        time.sleep(0.1)
