"""How data is carried from one server to another, as data: what a person types on both, and why.

The archive holds everything that an installation has written: the data with the secret key in it,
and the administrator's settings where they stand in a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shipways.formats.compose import format as compose
from shipways.formats.step import Step
from shipways.project.model import Project
from shipways.verify.service import InContainer, InTerminal, Service, Stack, Unit


@dataclass(frozen=True)
class Carry:
    """One way to carry the data. `pack` is typed on the old server, once the service has stopped.

    On the new one the printed steps up to those that start it come first, then `unpack`, then
    `start`; where `start` is empty, the printed steps start it, and have not done so before.
    """

    pack: tuple[Step, ...]
    unpack: tuple[Step, ...]
    start: tuple[Step, ...] = ()


def archive(project: Project) -> str:
    """Name of the data's archive."""
    return f"{project.name}-data.tar.gz"


def unit(project: Project) -> Carry:
    """A systemd unit, which its package has already started on the new server.

    Owners are kept by name: the service's user may have another number there. What the first start
    has written goes (--recursive-unlink): the journal of one database does not fit another.
    """
    name, folders = project.name, f"etc/{project.name} {project.state_dir.lstrip('/')}"
    stop = Step("start", f"systemctl stop {name}", "nothing may be written any more")
    unpack = f"tar xpzf {archive(project)} --recursive-unlink -C /"
    return Carry(
        (stop, _pack(f"tar czpf {archive(project)} -C / {folders}")),
        (stop, Step("start", unpack, "data and settings, in the new ones' place")),
        (Step("start", f"systemctl start {name}", "the service, on the old data"),),
    )


def container(project: Project) -> Carry:
    """A container with a volume; its settings are part of the command that starts it."""
    name, data = project.name, archive(project)
    volume = f"$(docker volume inspect -f '{{{{.Mountpoint}}}}' {name}-data)"
    return Carry(
        (
            Step("start", f"docker stop {name}", "nothing may be written any more"),
            _pack(f"tar czpf {data} --numeric-owner -C {volume} ."),
        ),
        (
            Step("start", f"docker volume create {name}-data", "where the data will be"),
            Step("start", f"tar xpzf {data} --numeric-owner -C {volume}", "the data"),
        ),
    )


def terminal(project: Project) -> Carry:
    """A command in a terminal, which Ctrl-C has stopped: its data is in one folder."""
    folder = project.state_dir.lstrip("/")
    return Carry(
        (_pack(f"tar czpf {archive(project)} -C / {folder}"),),
        (Step("start", f"tar xpzf {archive(project)} -C /", "the data, in the same folder"),),
    )


def stack(project: Project) -> Carry:
    """Several containers: two volumes, and the secrets and settings in the stack's folder.

    The volume of static files is filled anew by each start.
    """
    folder, data = compose.folder_name(project), archive(project)
    command = f"docker compose --project-directory {folder}"
    volumes, names = "/var/lib/docker/volumes", f"{project.name}_database {project.name}_data"
    settings = f"{folder}/secrets $(ls {folder}/.env 2> /dev/null)"
    pack = f"tar czpf {data} --numeric-owner {settings} -C {volumes} {names}"
    unpack = f"tar xpzf {data} --numeric-owner"
    return Carry(
        (Step("start", f"{command} stop", "nothing may be written any more"), _pack(pack)),
        (
            Step("start", f"{unpack} {folder}", "the secrets, in place of those just made"),
            Step("start", f"{command} create", "the volumes, still empty"),
            Step("start", f"{unpack} -C {volumes} {names}", "the data"),
        ),
    )


def _pack(command: str) -> Step:
    return Step("start", command, "everything that it has written, in one file")


WAYS: dict[type, Callable[[Project], Carry]] = {
    Unit: unit,
    InContainer: container,
    InTerminal: terminal,
    Stack: stack,
}


def of(running: Service, project: Project) -> Carry | None:
    """How the data of a running service is carried; None where no way is known."""
    way = WAYS.get(type(running))
    return way(project) if way else None
