"""The stack on Docker Swarm: one machine, then three, an update under load, a machine lost.

Each machine is a network namespace with an engine of its own, joined by a bridge in a fourth
namespace; this machine's own engine takes no part. Where that cannot be set up, the tests are
skipped with the error. All of it carries this process's id and is removed at the end.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from shipways.errors import ShipwaysError
from shipways.formats.compose import format as compose
from shipways.formats.docker import format as docker
from shipways.machines import reaper
from shipways.project import model, source_tree
from shipways.util import command
from shipways.verify.agents import http_client
from shipways.verify.delivery import Delivery
from shipways.verify.later_versions import Versions

VERSION = "1.8.0"  # not the sample's: the image's name is this test's own
STACK = "board"
NET = "198.18.77"  # a range for tests of networks (RFC 2544)
POOL = "198.19.0.0/16"
USER, PASSWORD = "visitor", "a-Long-passw0rd"
COMMAND_S = 180
SETTLED_S = 30  # after which the others no longer send requests to a machine that was lost


@dataclass(frozen=True)
class Node:
    """A machine: a namespace, an engine in it, and its address."""

    number: int
    name: str
    folder: Path

    @property
    def address(self) -> str:
        return f"{NET}.{self.number}"

    @property
    def url(self) -> str:
        return f"http://{self.address}:8000"

    def docker(self, *words: str | Path, check: bool = True) -> str:
        host = f"--host=unix://{self.folder}/socket"
        return command.run(["docker", host, *words], timeout=COMMAND_S, check=check).output

    def start(self) -> None:
        options = (
            f"--data-root={self.folder}/data --exec-root={self.folder}/run "
            f"--pidfile={self.folder}/pid --host=unix://{self.folder}/socket "
            f"--cgroup-parent=/{self.name}"
        )
        line = f"nsenter --net=/run/netns/{self.name} dockerd {options}"
        # it outlives its command, whose temporary folder goes
        line = f"unset TMPDIR; {line} >{self.log} 2>&1 </dev/null &"
        command.run(["sh", "-c", line], timeout=20)

    @property
    def pid(self) -> int:
        """The engine's process; 0 when it has ended."""
        try:
            pid = int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return 0
        return pid if psutil.pid_exists(pid) else 0

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def ready(self) -> bool:
        return "Server Version" in self.docker("info", check=False)

    def stop(self) -> None:
        """End the engine with all that it runs; what does not end in time is killed."""
        pid = self.pid
        if not pid:
            return
        with contextlib.suppress(ShipwaysError):
            self.docker("swarm", "leave", "--force", check=False)
            ids = self.docker("ps", "--all", "--quiet").split()
            self.docker("rm", "--force", "--volumes", *ids, check=False)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            limit = time.monotonic() + 30
            while self.pid and time.monotonic() < limit:
                time.sleep(0.2)


@dataclass(frozen=True)
class Cluster:
    nodes: tuple[Node, ...]
    folder: Path  # the stack's

    @property
    def manager(self) -> Node:
        return self.nodes[0]

    def deploy(self, environment: dict[str, str]) -> None:
        given = [f"{name}={value}" for name, value in environment.items()]
        host = f"--host=unix://{self.manager.folder}/socket"
        line = ["docker", host, "stack", "deploy", "--detach=true", "-c", "swarm.yaml"]
        command.run(
            ["env", *given, *line, "--resolve-image=never", STACK],
            timeout=COMMAND_S,
            cwd=self.folder,
        )

    def running(self, service: str) -> list[str]:
        """Node ids of a service's running tasks."""
        tasks = self.manager.docker(
            "service", "ps", f"{STACK}_{service}", "--filter=desired-state=running",
            "--no-trunc", "--quiet",
        ).split()  # fmt: skip
        if not tasks:
            return []
        shown = self.manager.docker(
            "inspect", "--type=task", "--format={{.Status.State}} {{.NodeID}}", *tasks
        )
        rows = [line.split() for line in shown.splitlines()]
        return [row[1] for row in rows if row[0] == "running"]

    def state(self) -> str:
        return self.manager.docker("service", "ls", check=False) + "".join(
            self.manager.docker("service", "ps", "--no-trunc", f"{STACK}_{name}", check=False)
            for name in ("db", "web", "proxy")
        )


def until(true: Callable[[], bool], seconds: float, what: Callable[[], str] = str) -> float:
    """Wait for something; returns the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, what()
        time.sleep(0.5)
    return time.monotonic() - began


def ip(line: str) -> None:
    command.run(["ip", *line.split()], timeout=20)


def make_network(prefix: str, nodes: tuple[Node, ...]) -> None:
    """The bridge in a namespace of its own, a cable to each node and one to this machine."""
    ip(f"netns add {prefix}h")
    ip(f"-n {prefix}h link add br0 type bridge")
    ip(f"-n {prefix}h link set br0 up")
    ip(f"link add {prefix}r type veth peer name trunk netns {prefix}h")
    ip(f"-n {prefix}h link set trunk master br0 up")
    ip(f"addr add {NET}.254/24 dev {prefix}r")
    ip(f"link set {prefix}r up")
    for node in nodes:
        ip(f"netns add {node.name}")
        ip(f"-n {node.name} link set lo up")
        ip(f"link add eth0 netns {node.name} type veth peer name n{node.number} netns {prefix}h")
        ip(f"-n {prefix}h link set n{node.number} master br0 up")
        ip(f"-n {node.name} addr add {node.address}/24 dev eth0")
        ip(f"-n {node.name} link set eth0 up")


def remove_network(prefix: str) -> None:
    lines = [
        f"link del {prefix}r",
        *(f"netns del {prefix}{end}" for end in ("h", "n1", "n2", "n3")),
    ]
    for line in lines:
        command.run(["ip", *line.split()], timeout=20, check=False)


def remove_leftovers() -> None:
    """Networks of runs that were killed; their engines have been ended by the reaper."""
    listed = command.run(["ip", "netns", "list"], timeout=20, check=False).output
    for pid in set(re.findall(r"^sw(\d+)h\b", listed, re.MULTILINE)):
        if not psutil.pid_exists(int(pid)):
            remove_network(f"sw{pid}")


def remove_folder(folder: Path, prefix: str) -> None:
    """Unmount what an engine left below its folder, then remove that, and its control groups."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    left = [line.split()[1] for line in mounts if line.split()[1].startswith(f"{folder}/")]
    for mount in sorted(left, reverse=True):
        command.run(["umount", "--lazy", mount], timeout=20, check=False)
    shutil.rmtree(folder, ignore_errors=True)
    groups = [
        *Path("/sys/fs/cgroup").glob(f"{prefix}n*"),
        *Path("/sys/fs/cgroup").glob(f"*/{prefix}n*"),
    ]
    for group in groups:
        for below in (*sorted(group.rglob("*"), reverse=True), group):
            if below.is_dir():
                with contextlib.suppress(OSError):
                    below.rmdir()


@pytest.fixture(scope="module")
def nodes() -> Iterator[tuple[Node, ...]]:
    if os.geteuid():
        pytest.skip("skipped: only root may start engines in network namespaces")
    reaper.guard()  # ends the engines even when this process is killed
    remove_leftovers()
    prefix = f"sw{os.getpid()}"
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-"))
    made = tuple(Node(n, f"{prefix}n{n}", folder / str(n)) for n in (1, 2, 3))
    try:
        for node in made:
            node.folder.mkdir()
        try:
            make_network(prefix, made)
        except ShipwaysError as error:
            if "not permitted" not in str(error):
                raise
            pytest.skip(f"skipped: no network namespaces here: {error}")
        for node in made:
            node.start()
        for node in made:
            until(node.ready, 60, lambda node=node: node.log.read_text()[-2000:])  # type: ignore[misc]
        yield made
    finally:
        for node in made:
            node.stop()
        remove_network(prefix)
        remove_folder(folder, prefix)


@pytest.fixture(scope="module")
def deliveries(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Delivery, Delivery]:
    """The stack of the sample under a version of this test's own, and the image of the next."""
    folder = tmp_path_factory.mktemp("versions")
    root = Path(__file__).parents[2] / "demoapp"
    now = folder / "now"
    source_tree.snapshot(root, now)
    path = now / model.FILE_NAME
    old = f'version = "{model.load(root).version}"'
    path.write_text(path.read_text("utf-8").replace(old, f'version = "{VERSION}"'), "utf-8")
    from platformdirs import user_cache_path

    cache = Path(os.environ.get("SHIPWAYS_CACHE") or user_cache_path("shipways"))
    made = Versions(model.load(now), folder / "built", cache)
    return made.make(compose.FORMAT, "now"), made.make(docker.FORMAT, "next")


@pytest.fixture(scope="module")
def cluster(
    nodes: tuple[Node, ...],
    deliveries: tuple[Delivery, Delivery],
    tmp_path_factory: pytest.TempPathFactory,
) -> Cluster:
    """The images on all machines, the stack's folder, and a swarm of the first machine alone."""
    first, second = deliveries
    work = tmp_path_factory.mktemp("stack")
    command.run(["tar", "xf", first.file, "-C", work], timeout=60)
    folder = work / compose.folder_name(first.project)
    command.run(["sh", folder / "make-secrets.sh"], timeout=60)
    for node in nodes:
        node.docker("load", "--quiet", f"--input={folder / compose.IMAGES}")
        node.docker("load", "--quiet", f"--input={second.file}")
    manager = nodes[0]
    manager.docker(
        "swarm", "init", f"--advertise-addr={manager.address}", f"--default-addr-pool={POOL}"
    )
    own = manager.docker("info", "--format={{.Swarm.NodeID}}").strip()
    manager.docker("node", "update", "--label-add=database=yes", own)
    http_client.COOKIES = work / "cookies"
    return Cluster(nodes, folder)


def environment(cluster: Cluster, **more: str) -> dict[str, str]:
    hosts = ",".join(("localhost", *(node.address for node in cluster.nodes)))
    return {"DEMOAPP_HTTPS": "false", "DEMOAPP_ALLOWED_HOSTS": hosts, **more}


class Load:
    """Visitors at work: one reads from several machines by turns, one writes."""

    def __init__(self, nodes: tuple[Node, ...], most_s: float) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.written: list[str] = []
        self.failures: list[str] = []
        self.last_failed = 0.0  # when the last request that failed was sent
        self._nodes, self._limit = nodes, time.monotonic() + most_s
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._read, self._write)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(http_client.TIMEOUT_S * 3)

    def _goes_on(self, pause: float) -> bool:
        return not self._over.wait(pause) and time.monotonic() < self._limit

    def _read(self) -> None:
        nodes = itertools.cycle(self._nodes)
        while self._goes_on(0.05):
            node = next(nodes)
            sent = time.monotonic()
            self._note(
                "GET", node, sent, http_client._safely(http_client.Browser(node.url).get, "/")
            )

    def _write(self) -> None:
        node = self._nodes[0]
        browser = http_client.Browser(node.url)
        while self._goes_on(0.1):
            text = f"load{time.time_ns()}"
            fields = {"title": text, "body": "text"}
            sent = time.monotonic()
            answer = http_client._safely(browser.submit, "/notes/new/", fields, follow=False)
            if self._note("POST", node, sent, answer):
                self.written.append(text)

    def _note(self, method: str, node: Node, sent: float, answer: http_client.Answer) -> bool:
        status = answer["status"]
        self.answers[method, status] += 1
        good = status in (200, *http_client.ACKNOWLEDGED)
        if not good:
            self.last_failed = max(self.last_failed, sent)
            self.failures.append(f"{method} {node.url}: {status} {answer['body'][:200]}")
        return good


def missing(node: Node, texts: list[str]) -> list[str]:
    """Which of the notes are not found; the page repeats what was searched for."""
    browser = http_client.Browser(node.url)
    return [text for text in texts if f">{text}</a>" not in browser.get(f"/?q={text}")["body"]]


def test_one_machine(cluster: Cluster) -> None:
    manager = cluster.manager
    began = time.monotonic()
    cluster.deploy(environment(cluster, WEB_REPLICAS="2"))
    found = http_client.wait(manager.url, "/healthz", 120)
    assert found["answered"], cluster.state()
    print(f"\nswarm of one: first answer after {time.monotonic() - began:.1f} s")
    until(lambda: len(cluster.running("web")) == 2, 90, cluster.state)
    (web, *_) = manager.docker("ps", "--quiet", f"--filter=name={STACK}_web").split()
    given = (f"USERNAME={USER}", f"PASSWORD={PASSWORD}", "EMAIL=visitor@example.org")
    account = [f"--env=DJANGO_SUPERUSER_{pair}" for pair in given]
    name = cluster.folder.name
    manager.docker("exec", *account, web, name, "createsuperuser", "--noinput")
    fields = {"username": USER, "password": PASSWORD}
    assert http_client.submit(manager.url, "/admin/login/", fields)["status"] == 200


def test_three_machines(cluster: Cluster) -> None:
    manager, *others = cluster.nodes
    token = manager.docker("swarm", "join-token", "--quiet", "worker").strip()
    for node in others:
        node.docker(
            "swarm", "join", f"--advertise-addr={node.address}", f"--token={token}",
            f"{manager.address}:2377",
        )  # fmt: skip
    cluster.deploy(environment(cluster, WEB_REPLICAS="3"))
    until(lambda: len(cluster.running("proxy")) == 3, 90, cluster.state)
    until(lambda: len(set(cluster.running("web"))) >= 2, 120, cluster.state)
    for node in cluster.nodes:
        assert http_client.wait(node.url, "/healthz", 60)["answered"], (node, cluster.state())
    manager.docker("service", "update", "--detach=true", "--force", f"{STACK}_web")
    until(lambda: len(set(cluster.running("web"))) == 3, 150, cluster.state)


def test_rolling_update_under_load(cluster: Cluster, deliveries: tuple[Delivery, Delivery]) -> None:
    image = docker.image_name(deliveries[1].project)
    with Load(cluster.nodes, 240) as found:
        time.sleep(2)
        cluster.deploy(environment(cluster, WEB_REPLICAS="3", WEB_IMAGE=image))
        seconds = until(lambda: updated(cluster), 200, cluster.state)
        time.sleep(2)
    print(f"\nrolling update: {seconds:.0f} s, {dict(found.answers)}")
    assert found.failures == []
    assert sum(found.answers.values()) > 50
    about = http_client.Browser(cluster.manager.url).get("/about?format=json")["body"]
    assert f'"version": "{deliveries[1].project.version}"' in about
    assert missing(cluster.manager, found.written[:3] + found.written[-3:]) == []


def updated(cluster: Cluster) -> bool:
    state = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
    found = cluster.manager.docker(
        "service", "inspect", f"--format={state}", f"{STACK}_web"
    ).strip()
    assert not re.search("rollback|paused", found), cluster.state()
    return found == "completed"


@pytest.mark.endurance
def test_a_machine_lost(cluster: Cluster) -> None:
    """Its cable is pulled; the others go on, and what it ran is started on them."""
    lost = cluster.nodes[2]
    others = cluster.nodes[:2]
    hub = f"{lost.name.removesuffix('n3')}h"
    with Load(others, 180) as found:
        time.sleep(2)
        ip(f"-n {hub} link set n{lost.number} down")
        noticed = until(lambda: "Down" in cluster.manager.docker("node", "ls"), 90)
        alive = {node.docker("info", "--format={{.Swarm.NodeID}}").strip() for node in others}
        until(
            lambda: sum(node in alive for node in cluster.running("web")) == 3, 120, cluster.state
        )
        time.sleep(SETTLED_S)  # the others learn of it by gossip
        settled = time.monotonic()
        time.sleep(10)
    print(f"\nmachine lost: noticed after {noticed:.0f} s, {dict(found.answers)}")
    assert found.last_failed < settled, found.failures
    assert len(found.failures) <= 10, found.failures
    assert missing(others[1], found.written[:3] + found.written[-3:]) == []
