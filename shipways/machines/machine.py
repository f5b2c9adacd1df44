"""A clean machine: a fresh container in which steps run, always removed on the way out."""

from __future__ import annotations

import contextlib
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from docker.models.containers import Container

from shipways.errors import VerifyError
from shipways.machines import engine, execution, host_network, reaper, systemd_boot
from shipways.machines.execution import Background
from shipways.machines.image_cache import Image
from shipways.machines.network import Network
from shipways.util.command import Completed

BOOT_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
UNPRIVILEGED_USER = "ada"  # an ordinary user, for commands that need no root
AS_A_PERSON = {"LANG": "C.UTF-8", "TERM": "dumb", "DEBIAN_FRONTEND": "noninteractive"}


class Machine:
    """What can be done on a machine, and asked of it."""

    def __init__(self, container: Container, image: Image, *, systemd: bool) -> None:
        self._container = container
        self._systemd = systemd
        self.image = image
        self.network = Network(container)

    @property
    def id(self) -> str:
        return str(self._container.id)

    @property
    def name(self) -> str:
        return str(self._container.name)

    def run(
        self,
        command: str,
        *,
        timeout: float,
        log_file: Path | None = None,
        check: bool = True,
        user: str = "root",
        network: bool = True,
        env: Mapping[str, str] = {},
    ) -> Completed:
        """Run a shell command, as a person types it; `network=False` cuts the wire meanwhile.

        Raises `VerifyError` when it takes longer than `timeout` seconds and, with `check`, when it
        ends with another status than 0.
        """
        request = self._request(command, timeout, user, env)
        with contextlib.nullcontext() if network else self.network.cut():
            done = execution.execute(self._container, request, log_file)
        if check and not done.ok:
            raise VerifyError(execution.failure(done), log=log_file)
        return done

    def spawn(self, command: str, *, timeout: float, log_file: Path | None = None) -> Background:
        """Begin a command and go on; it is a person's second terminal."""
        return Background(self._container, self._request(command, timeout, "root", {}), log_file)

    def follow(self, command: str) -> Iterator[str]:
        """What a command prints, while it comes; ends with the command."""
        return execution.follow(self._container, self._request(command, 0, "root", {}))

    def _request(
        self, command: str, timeout: float, user: str, env: Mapping[str, str]
    ) -> execution.Request:
        home = {"root": "/root", UNPRIVILEGED_USER: f"/home/{UNPRIVILEGED_USER}"}.get(user, "/")
        full = {**AS_A_PERSON, **host_network.environment(), "HOME": home, **env}
        return execution.Request(command, timeout, user, home, full)

    def copy_in(self, source: Path, target: str) -> None:
        """Copy a file or folder; `target` is its full new path, its folder has to exist."""
        folder, _, name = target.rpartition("/")
        with _spooled() as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                tar.add(source, name, filter=_owned_by_root)
            file.seek(0)
            self._container.put_archive(folder or "/", file)

    def copy_out(self, source: str, target: Path) -> None:
        """Copy one file out of the machine."""
        stream, _ = self._container.get_archive(source)
        with _spooled() as file:
            for chunk in stream:
                file.write(chunk)
            file.seek(0)
            with tarfile.open(fileobj=file) as tar:
                member = tar.extractfile(tar.next() or source)
                if member is None:
                    raise VerifyError(f"{source} is no regular file.")
                target.write_bytes(member.read())

    def start(self) -> None:
        """Switch on; returns when the machine is up."""
        self._container.start()
        self.wait_until_booted()

    def restart(self) -> None:
        """Shut down in good order, then boot again. Returns when the machine is up."""
        self.network.note()
        self._container.stop(timeout=STOP_TIMEOUT_S)
        self.start()

    def power_cut(self) -> None:
        """Everything stops at once, without a last word. `start` boots it again."""
        self.network.note()
        self._container.kill()
        self._container.wait(timeout=STOP_TIMEOUT_S)

    def wait_until_booted(self) -> None:
        """Raises `VerifyError` with the boot's last lines when systemd does not come up."""
        if not self._systemd:
            return
        limit = time.monotonic() + BOOT_TIMEOUT_S
        while time.monotonic() < limit:
            self._container.reload()
            if self._container.status != "running":
                break
            done = self.run("systemctl is-system-running", timeout=10, check=False)
            if done.output.strip() in ("running", "degraded"):
                return
            time.sleep(0.1)
        tail = self._container.logs(tail=20).decode("utf-8", "replace")
        raise VerifyError(f"{self.image.platform} did not boot with systemd:\n{tail}")

    def bytes_received(self) -> int:
        """Bytes that came in at the network interface since the machine was made."""
        return self.network.bytes_received()

    def memory(self, pids: str) -> float:
        """MiB in use by the processes whose ids the shell command `pids` prints.

        It is the proportional set size, in which a page that workers share counts once (proc(5),
        smaps_rollup), so that figures of cgroup v1 and v2 hosts compare.
        """
        command = (
            f"for pid in $({pids}); do cat /proc/$pid/smaps_rollup 2> /dev/null; done"
            " | awk '/^Pss:/ {n += $2} END {print n + 0}'"
        )
        return int(self.run(command, timeout=20).output.splitlines()[-1]) / 1024


@contextlib.contextmanager
def machine(
    image: Image,
    *,
    systemd: bool = False,
    network: bool = True,
    binds: Mapping[Path, str] = {},
    tmpfs: Mapping[str, str] = {},
    beside: Machine | None = None,
    ports: Mapping[int, int] = {},
    keep: bool = False,
) -> Iterator[Machine]:
    """A machine of `image`; with `systemd` it has booted. `binds` are mounted read-only.

    `tmpfs` maps folders to options such as `size=8m`: a disk that fills up. `beside` puts it into
    another machine's network: what listens on localhost there can be reached from here. `ports`
    maps ports of the machine to ports of this host's loopback. With `keep` it stays; the label that
    it carries then is another one, so that no reaper takes it.
    Removed on the way out, also when entry fails, on Ctrl-C, and by the reaper when this process is
    killed.
    """
    reaper.guard()
    kind = image.role.partition("+")[2] if systemd else ""
    options = systemd_boot.options(kind)
    options["tmpfs"] = {**options.get("tmpfs", {}), **tmpfs}
    options["mounts"] += engine.read_only({**host_network.binds(), **binds})
    if beside:
        options["network_mode"] = f"container:{beside.id}"
    options["labels"] = {engine.KEPT_LABEL: engine.run_id()} if keep else engine.labels()
    options["ports"] = {f"{inner}/tcp": ("127.0.0.1", outer) for inner, outer in ports.items()}
    container = engine.client().containers.create(image.ref, **options)
    try:
        made = Machine(container, image, systemd=bool(kind))
        made.start()
        if not network:
            made.network.disconnect()
        yield made
    finally:
        if not keep:
            engine.remove(container)


@contextlib.contextmanager
def _spooled() -> Iterator[IO[bytes]]:
    with engine.temporary_folder("copy") as folder, (folder / "tar").open("w+b") as file:
        yield file


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member
