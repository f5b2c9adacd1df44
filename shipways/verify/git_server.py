"""The repository that a link leads to: the project's own with a tag for each version, and a Git
server for it on a machine beside, so that what is fetched comes in over the wire."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from shipways.formats import Format
from shipways.machines import image_cache
from shipways.machines.image_cache import Image
from shipways.machines.machine import Machine, machine
from shipways.project import source_tree
from shipways.project.model import Project
from shipways.util.command import run
from shipways.verify.delivery import Delivery

TIMEOUT_S = 120
SERVED_S = 24 * 3600
ON_SERVER = "/srv/git"
NAME = "project.git"
SERVE = f"git daemon --export-all --base-path={ON_SERVER} --reuseaddr"
BESIDE = "its repository on a Git server beside it"


class Repository:
    """A checkout with the project's history, where that is known; every version is a commit on it.

    `add` is given the project and later versions of it.
    """

    def __init__(self, project: Project, folder: Path) -> None:
        self._folder = source_tree.folder_in_repository(project.root)
        self._checkout = folder
        self._env = _identity(project)
        depth = len(PurePath(self._folder).parts)
        top = [project.root, *project.root.parents][depth]
        history = ["--no-local", "--no-tags", "--single-branch"]
        cloned = run(["git", "clone", "-q", *history, top, folder], timeout=TIMEOUT_S, check=False)
        if not cloned.ok:
            run(["git", "init", "-q", folder], timeout=TIMEOUT_S, env=self._env)
        # as the public hosts have it: pip asks for files only when it needs them
        self._git("config", "uploadpack.allowFilter", "true")

    @property
    def git_directory(self) -> Path:
        return self._checkout / ".git"

    def add(self, version: Project) -> Project:
        """Commit a version's files and tag them; returns it as it lies in the repository."""
        inside = self._checkout / self._folder
        self._git("rm", "-r", "-q", "--ignore-unmatch", "--", self._folder or ".")
        source_tree.snapshot(version.root, inside, whole=version.is_snapshot)
        self._git("add", "--all", "--force")
        self._git("commit", "-q", "--allow-empty", "-m", f"Version {version.version}")
        self._git("tag", "--force", f"v{version.version}")
        return replace(version, root=inside, is_snapshot=False)

    def _git(self, *arguments: str) -> None:
        run(["git", "-C", self._checkout, *arguments], timeout=TIMEOUT_S, env=self._env)


def link(repository: Repository, version: Project, wanted: Format) -> Delivery:
    """A version that is delivered by a link: it becomes a tag of the repository."""
    inside = repository.add(version)
    return Delivery(inside, wanted, repository=repository.git_directory)


def _identity(project: Project) -> dict[str, str]:
    """The committer, and nothing of what this machine's user has set for their own commits."""
    known = {"NAME": project.maintainer_name, "EMAIL": project.maintainer_email}
    people = {f"GIT_{who}_{key}": known[key] for who in ("AUTHOR", "COMMITTER") for key in known}
    return {**people, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def server_image(base_source: str) -> Image:
    """What the server runs on."""
    return image_cache.ensure("debian:13", base_source, packages=("git",))


@contextlib.contextmanager
def served(delivery: Delivery, to: Machine, base_source: str) -> Iterator[None]:
    """Serve what the delivery leads to; the address that is printed leads the machine there.

    That line of its Git configuration is all that the machine is prepared with. Nothing is done
    for a delivery that brings a file.
    """
    if delivery.repository is None:
        yield
        return
    with machine(server_image(base_source)) as server:
        server.run(f"mkdir -p {ON_SERVER}", timeout=TIMEOUT_S)
        server.copy_in(delivery.repository, f"{ON_SERVER}/{NAME}")
        server.spawn(SERVE, timeout=SERVED_S)
        address = server.run("hostname -I", timeout=TIMEOUT_S).output.split()[0]
        line = f'[url "git://{address}/{NAME}"] insteadOf = "{delivery.project.repository}"'
        to.run(f"echo {shlex.quote(line)} >> /etc/gitconfig", timeout=TIMEOUT_S)
        yield
