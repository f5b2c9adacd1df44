"""The link to the repository, typed as printed on a clean machine, against a real Git server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipways import project, source
from shipways.command import run
from shipways.formats import git
from shipways.lifecycle import versions
from shipways.project import Project
from shipways.roots import images
from shipways.roots.machine import Machine, machine
from tests.test_source import GIT_ENV

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600
SERVE = "git daemon --export-all --base-path=/srv/git --listen=127.0.0.1 --reuseaddr"
ASK = "python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())'"


def tagged(folder: Path, sample: Project) -> Project:
    """A bare repository with the sample in a folder of it, at two tags; returns the later one."""
    checkout, bare = folder / "checkout", folder / "shipways"
    inside = checkout / source.folder_in_repository(sample.root)
    source.snapshot(sample.root, inside)
    run(["git", "init", "-q", checkout], timeout=60)
    commit(checkout, sample)
    later = versions.later(sample, "next", folder / "later")
    shutil.rmtree(inside)
    source.snapshot(later.root, inside)
    commit(checkout, later)
    run(["git", "clone", "-q", "--bare", checkout, bare], timeout=60)
    return project.load(inside)


def commit(checkout: Path, found: Project) -> None:
    for words in (
        ["add", "."],
        ["commit", "-q", "-m", found.version],
        ["tag", f"v{found.version}"],
    ):
        run(["git", "-C", checkout, *words], timeout=60, env=GIT_ENV)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Project, Project]]:
    """A machine with the prerequisites, where the printed address leads to its own Git server."""
    sample, folder = project.load(ROOT / "demoapp"), tmp_path_factory.mktemp("git")
    later = tagged(folder, sample)
    with machine(images.ensure("debian:13+systemd"), systemd=True) as root:
        typed(root, sample, "prerequisite")
        root.run("mkdir -p /srv/git", timeout=10)
        root.copy_in(folder / "shipways", "/srv/git/shipways")
        here = "git config --system url.git://127.0.0.1/shipways.insteadOf"
        root.run(f"{here} {sample.repository}", timeout=10)
        root.run("git config --system safe.directory '*'", timeout=10)
        root.spawn(SERVE, timeout=TIMEOUT_S * 4)
        yield root, sample, later


def typed(root: Machine, found: Project, phase: str) -> None:
    for step in git.steps(found):
        if step.phase == phase:
            root.run(step.command, timeout=TIMEOUT_S)


def about(root: Machine, found: Project) -> dict[str, str]:
    """Start as printed, ask what this copy is, stop."""
    (start,) = [step.command for step in git.steps(found) if step.phase == "start"]
    running = root.spawn(start, timeout=TIMEOUT_S)
    base = f"http://127.0.0.1:{found.tool.port}"
    root.run(
        f"for i in $(seq 240); do {ASK} {base}/healthz && exit; sleep .5; done; exit 1", timeout=180
    )
    answer = root.run(f"{ASK} '{base}/about?format=json'", timeout=30).output
    running.interrupt("TERM")
    running.wait(30)
    told: dict[str, str] = json.loads(answer)
    return told


def test_life_of_a_link(served: tuple[Machine, Project, Project]) -> None:
    root, sample, later = served
    for found, phase in ((sample, "install"), (later, "upgrade"), (sample, "rollback")):
        typed(root, sample if phase == "install" else found, phase)
        told = about(root, sample)
        assert (told["format"], told["version"]) == ("git", found.version)
    typed(root, sample, "remove")
    assert not root.run("test -e /opt/demoapp", timeout=10, check=False).ok
    assert root.run(f"test -e {sample.state_dir}", timeout=10, check=False).ok


def test_link_names_tag_and_folder() -> None:
    sample = project.load(ROOT / "demoapp")
    expected = f"git+{sample.repository}@v{sample.version}#subdirectory=demoapp"
    assert git.link(sample) == f"demoapp @ {expected}"
