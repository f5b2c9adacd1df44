"""Puts one artifact on a clean machine for a person to look at."""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from shipways import results
from shipways.build.dist import Dist
from shipways.errors import UsageError, VerifyError
from shipways.formats import Format, Options, choose
from shipways.machines import engine, image_cache
from shipways.machines.machine import Machine, machine
from shipways.project.model import Project
from shipways.util.progress import say
from shipways.verify import git_server, service, targets
from shipways.verify.agents import tcp_forward
from shipways.verify.assertions import START_S
from shipways.verify.delivery import Delivery
from shipways.verify.git_server import Repository
from shipways.verify.http_client import HttpClient
from shipways.verify.scenario import platform, prepare
from shipways.verify.step_runner import StepRunner

RELAY_PORT = 18000  # on the machine: connections from outside arrive here
SCRIPT = "/var/tmp/relay.py"
USER = "admin"
POLL_INTERVAL_S = 0.5
TIMEOUT_S = 60
PORTS = 100  # how many are tried after the one asked for


def try_out(
    project: Project,
    format_id: str,
    target: str | None,
    dist: Path,
    options: Options,
    *,
    port: int = 8000,
    keep: bool = False,
) -> None:
    """Install what `dist` holds, print the address and a login, and follow the log until Ctrl-C.

    The port is the next free one where `port` is taken. With `keep` the machine stays.
    """
    (wanted,), source = choose([format_id]), options.base_source
    with engine.temporary_folder("try") as folder:
        delivery = _delivery(project, wanted, Dist(dist), folder)
        image = image_cache.ensure(_target(delivery, target).role, source)
        helpers = image_cache.ensure("debian:13", source, packages=("python3",))
        port = free_port(port)
        with (
            machine(image, systemd=True, ports={RELAY_PORT: port}, keep=keep) as root,
            machine(helpers, beside=root, keep=keep) as helper,
            git_server.served(delivery, root, source),
        ):
            say(f"{platform(image, delivery)}:")
            _show(delivery, root, helper, folder, port, keep=keep)


def _show(
    delivery: Delivery, root: Machine, helper: Machine, logs: Path, port: int, *, keep: bool
) -> None:
    """Install it, say where it is, and follow its log."""
    prepare(root, delivery)
    step_runner = StepRunner(root, logs, logs, say)
    running = _install(delivery, root, HttpClient(delivery.project, helper), step_runner)
    _open_door(helper, delivery.project)
    say(f"\nIt runs: http://127.0.0.1:{port}/")
    _make_login(delivery.project, root, running)
    say(_farewell(root, helper, keep))
    with contextlib.suppress(KeyboardInterrupt):
        for piece in _log(root, running, logs / "install.log"):
            print(piece, end="", flush=True)


def free_port(port: int) -> int:
    """This port of the loopback, or the next one that nobody listens on."""
    for candidate in range(port, min(port + PORTS, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return candidate
    raise UsageError(f"No port is free from {port} on.", hint="Choose another with --port.")


def _delivery(project: Project, wanted: Format, dist: Dist, folder: Path) -> Delivery:
    """What `dist` holds; a link has no file there, so its repository is made in `folder`."""
    found = results.load(dist.results_file)
    record = found.formats.get(wanted.id) if found else None
    if record is None or record.status != "ok":
        raise UsageError(f"{wanted.id} is not in {dist.path}.", hint=f"shipways build {wanted.id}")
    if not record.artifacts:
        return git_server.link(Repository(project, folder / "repository"), project, wanted)
    return Delivery(project, wanted, dist.path / record.artifacts[0].path)


def _target(delivery: Delivery, name: str | None) -> targets.Target:
    """The target that was asked for, else the first that the format goes to."""
    for target in targets.choose([name] if name else []):
        if targets.fits(delivery.format, target, delivery.project):
            return target
    raise UsageError(f"{delivery.format.id} does not go to {name or 'any target'}.")


def _install(
    delivery: Delivery, root: Machine, client: HttpClient, step_runner: StepRunner
) -> service.Service:
    step_runner.type_all(delivery.steps("prerequisite", "install"), "install")
    step_runner.start(delivery.steps("start"), client.answers, "install")
    running = service.find(root, delivery, step_runner)
    try:
        client.wait(START_S)
    except VerifyError as error:
        raise VerifyError(f"{error}\n{running.words()}") from error
    return running


def _open_door(helper: Machine, project: Project) -> None:
    helper.copy_in(Path(tcp_forward.__file__), SCRIPT)
    command = f"setsid python3 {SCRIPT} {RELAY_PORT} {project.tool.port} > /dev/null 2>&1 &"
    helper.run(command, timeout=TIMEOUT_S)


def _make_login(project: Project, root: Machine, running: service.Service) -> None:
    if project.tool.probe is None:
        return
    password = secrets.token_urlsafe(9)
    env = {
        "DJANGO_SUPERUSER_USERNAME": USER,
        "DJANGO_SUPERUSER_PASSWORD": password,
        "DJANGO_SUPERUSER_EMAIL": f"{USER}@example.org",
    }
    root.run(running.manage(project.tool.probe.create_user, env), timeout=TIMEOUT_S)
    say(f"Log in as {USER} with the password {password}")


def _farewell(root: Machine, helper: Machine, keep: bool) -> str:
    if not keep:
        return f"Ctrl-C removes it. To look inside: docker exec -it {root.name} bash\n"
    return (
        f"It stays after Ctrl-C. To enter it: docker exec -it {root.name} bash\n"
        f"To remove it: docker rm -fv {helper.name} {root.name}\n"
    )


def _log(root: Machine, running: service.Service, typed: Path) -> Iterator[str]:
    """The service's log as it grows."""
    if running.log():
        yield from root.follow(running.log())
        return
    with typed.open(encoding="utf-8") as file:
        while running.runs():
            yield file.read()
            time.sleep(POLL_INTERVAL_S)
