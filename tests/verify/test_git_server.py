"""The repository that a link leads to: its history, its tags, and the machine's way to it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shipways.formats import FORMATS, git
from shipways.machines import image_cache
from shipways.machines.image_cache import Image
from shipways.project import model
from shipways.project.model import Project
from shipways.util.command import run
from shipways.verify import git_server
from shipways.verify.delivery import Delivery
from shipways.verify.git_server import Repository
from tests.project.test_source_tree import git as call

if TYPE_CHECKING:
    from tests.verify.conftest import World


def told(folder: Path, *arguments: str) -> list[str]:
    return run(["git", "-C", folder, *arguments], timeout=30).output.splitlines()


@pytest.fixture
def checkout(notes: Path, tmp_path: Path) -> Project:
    """The project in a folder of a checkout that has a commit, a branch and a tag of its own."""
    top = tmp_path / "checkout"
    (top / "apps").mkdir(parents=True)
    notes.rename(top / "apps" / "notes")
    (top / "LICENSE").write_text("free\n")
    call(top, "init", "-q")
    call(top, "add", ".")
    call(top, "commit", "-q", "-m", "first")
    call(top, "tag", "v1.2.0")
    return model.load(top / "apps" / "notes")


@pytest.mark.process
def test_versions_become_tags_on_the_history(checkout: Project, tmp_path: Path) -> None:
    made = Repository(checkout, tmp_path / "made")
    (checkout.root / "README.md").write_text("changed and not committed\n")
    now = made.add(checkout)
    call(checkout.root, "rm", "-q", "notes/cli.py")
    later = made.add(dataclasses.replace(checkout, version="1.2.1"))
    folder = tmp_path / "made"
    assert told(folder, "tag") == ["v1.2.0", "v1.2.1"]
    assert told(folder, "log", "--format=%s") == ["Version 1.2.1", "Version 1.2.0", "first"]
    assert told(folder, "show", "v1.2.0:apps/notes/README.md") == ["changed and not committed"]
    assert "apps/notes/notes/cli.py" in told(folder, "ls-tree", "-r", "--name-only", "v1.2.0")
    assert "apps/notes/notes/cli.py" not in told(folder, "ls-tree", "-r", "--name-only", "v1.2.1")
    assert told(folder, "show", "v1.2.1:LICENSE") == ["free"]
    for version in (now, later):
        address = f"git+{checkout.repository}@v{version.version}#subdirectory=apps/notes"
        assert git.link(version) == f"notes-app @ {address}"


@pytest.mark.process
def test_submodules_links_and_modes_become_part_of_it(checkout: Project, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    (part / "run").write_text("#!/bin/sh\n")
    (part / "run").chmod(0o755)
    call(part, "init", "-q")
    call(part, "add", ".")
    call(part, "commit", "-q", "-m", "part")
    allow = ("-c", "protocol.file.allow=always")
    call(checkout.root, *allow, "submodule", "--quiet", "add", str(part), "part")
    (checkout.root / "to-run").symlink_to("part/run")
    call(checkout.root, "add", "to-run")
    call(checkout.root, "commit", "-q", "-m", "second")
    made = Repository(checkout, tmp_path / "made")
    for version in ("1.2.0", "1.2.1"):
        made.add(dataclasses.replace(checkout, version=version))
    listed = told(tmp_path / "made", "ls-tree", "-r", "v1.2.1")
    modes = {line.partition("\t")[2]: line.split()[0] for line in listed}
    assert modes["apps/notes/part/run"] == "100755"
    assert modes["apps/notes/to-run"] == "120000"


@pytest.mark.process
def test_a_project_outside_any_checkout(shipped: Project, tmp_path: Path) -> None:
    made = Repository(shipped, tmp_path / "made")
    found = git_server.link(made, shipped, FORMATS["git"])
    assert told(tmp_path / "made", "log", "--format=%s by %an") == ["Version 1.2.0 by Ada Lovelace"]
    assert found.repository == tmp_path / "made" / ".git"
    assert "#" not in git.link(found.project)
    assert found.size == 0


def test_the_printed_address_leads_to_the_server(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = type(world)(world.project)
    server.run = lambda command, **_: type(world).run(server, command)  # type: ignore[method-assign]
    monkeypatch.setattr(server, "_answer", lambda _: (0, "172.17.0.9 \n"))

    @contextlib.contextmanager
    def machine(*_: object) -> Iterator[Any]:
        yield server

    monkeypatch.setattr(
        image_cache, "ensure", lambda role, *_, **__: Image("x", role, "archive", role)
    )
    monkeypatch.setattr(git_server, "machine", machine)
    there: Any = world
    linked = Delivery(world.project, FORMATS["git"], repository=tmp_path / ".git")
    with git_server.served(linked, there, "auto"):
        assert server.files == {".git -> /srv/git/project.git"}
        assert "git daemon" in server.typed[-2]
    address = f'insteadOf = "{world.project.repository}"'
    assert world.typed == [
        f"echo '[url \"git://172.17.0.9/project.git\"] {address}' >> /etc/gitconfig"
    ]


def test_a_file_needs_no_server(world: World, tmp_path: Path) -> None:
    there: Any = world
    with git_server.served(Delivery(world.project, FORMATS["wheel"], tmp_path), there, "auto"):
        assert not world.typed
