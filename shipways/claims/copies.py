"""How several copies of a format stand on one machine, as data: what is typed once, and for each.

Each copy has data of its own and a port of its own, counted up from the project's. What is typed is
what the format prints, with other names. A format that is not here offers one installation on a
machine: its package has one service, one settings file and one folder of data.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shipways.formats import compose, tarball
from shipways.lifecycle.delivery import Delivery
from shipways.project import Project
from shipways.roots.machine import PERSON


@dataclass(frozen=True)
class Copies:
    """Shell commands: `once` before the first copy, `each` for copy 1, 2, …; it then serves."""

    once: Callable[[Delivery], Sequence[str]]
    each: Callable[[Delivery, int], Sequence[str]]
    several: bool = True


def port(project: Project, number: int) -> int:
    """The port of a copy."""
    return project.tool.port + number - 1


def name(project: Project, number: int) -> str:
    """The name of a copy."""
    return f"{project.name}-{number}"


def _typed(delivery: Delivery, *phases: str) -> list[str]:
    return [step.command for step in delivery.steps(*phases)]


def single(delivery: Delivery, number: int) -> list[str]:
    """The one installation of a package, as printed."""
    assert number == 1
    return _typed(delivery, "install", "start")


def container(delivery: Delivery, number: int) -> list[str]:
    """The printed `docker run` with a name, a volume and a published port of its own.

    >>> own_container("docker run --name a -p 8000:8000 -v a-data:/var/lib/a a:1", "a", "a-2", 8001)
    'docker run --name a-2 -p 8001:8000 -v a-2-data:/var/lib/a a:1'
    """
    project = delivery.project
    copy, own = name(project, number), port(project, number)
    return [own_container(run, project.name, copy, own) for run in _typed(delivery, "start")]


def own_container(run: str, original: str, copy: str, own_port: int) -> str:
    """A `docker run` with other names."""
    named = run.replace(f"--name {original} ", f"--name {copy} ")
    named = named.replace(f"-v {original}-data:", f"-v {copy}-data:")
    return re.sub(r"-p \d+:", f"-p {own_port}:", named)


def environment(delivery: Delivery, number: int) -> list[str]:
    """A virtual environment for each copy, and the command in the background."""
    project, copy = delivery.project, name(delivery.project, number)
    bind = f"{project.tool.bind_variable}=127.0.0.1:{port(project, number)}"
    moved = [
        command.replace(f"/opt/{project.name}", f"/opt/{copy}").replace(
            f"={project.state_dir}", f"=/var/lib/{copy}"
        )
        for command in _typed(delivery, "install", "start")
    ]
    serve = moved[-1].replace("env ", f"env {bind} ", 1)
    return [*moved[:-1], _in_background(serve, copy)]


def folder(delivery: Delivery, number: int) -> list[str]:
    """The archive unpacked by an ordinary user, and run in its place."""
    project, copy = delivery.project, name(delivery.project, number)
    home = f"/srv/{copy}"
    bind = f"{project.tool.bind_variable}=127.0.0.1:{port(project, number)}"
    run = f"{home}/{tarball.folder_name(project)}/run {shlex.join(project.tool.serve)}"
    serve = _in_background(f"env {bind} XDG_STATE_HOME={home}/state {run}", copy)
    return [
        f"install -d -o {PERSON} -g {PERSON} {home}",
        f"install -m 644 {delivery.file_on_machine} /srv && "
        f"setpriv --reuid {PERSON} --regid {PERSON} --init-groups "
        f"tar xf /srv/{delivery.file.name} -C {home}; rm /srv/{delivery.file.name}",
        f"setpriv --reuid {PERSON} --regid {PERSON} --init-groups bash -c {shlex.quote(serve)}",
    ]


def stack(delivery: Delivery, number: int) -> list[str]:
    """A stack with a project name, a folder with secrets, and a published port of its own."""
    project, copy = delivery.project, name(delivery.project, number)
    home = f"/srv/{copy}/{compose.folder_name(project)}"
    publish = f"PUBLISH=127.0.0.1:{port(project, number)}"
    up = _typed(delivery, "start")[-1]
    own = up.replace(
        f"--project-directory {compose.folder_name(project)}",
        f"-p {copy} --project-directory {home}",
    )
    return [
        f"mkdir /srv/{copy} && tar xf {delivery.file.name} -C /srv/{copy} --exclude='*.tar.gz'",
        f"sh {home}/make-secrets.sh && echo {publish} > {home}/.env",
        own,
    ]


def _in_background(command: str, copy: str) -> str:
    return f"setsid {command} > /tmp/{copy}.log 2>&1 < /dev/null &"


SINGLE = Copies(lambda delivery: _typed(delivery, "prerequisite"), single, several=False)
COPIES = {
    "docker": Copies(lambda delivery: _typed(delivery, "prerequisite", "install"), container),
    "compose": Copies(lambda delivery: _typed(delivery, "prerequisite", "install"), stack),
    "wheel": Copies(lambda delivery: _typed(delivery, "prerequisite"), environment),
    "git": Copies(lambda delivery: _typed(delivery, "prerequisite"), environment),
    "tarball": Copies(lambda delivery: _typed(delivery, "prerequisite"), folder),
}


def of(format_id: str) -> Copies:
    """How copies of a format are made."""
    return COPIES.get(format_id, SINGLE)
