"""What `eject` writes builds a format by the tools alone; the sample's recipes are current."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from shipways.formats import FORMATS, listing
from shipways.util.command import run
from tests.acceptance.conftest import Built

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "recipes"
EJECTED = [name for name, known in FORMATS.items() if known.eject]
PACKED = {"deb": "*.deb", "deb-bundled": "*.deb", "rpm": "*.rpm", "tarball": "*.tar.xz"}
TIMEOUT_S = 600


def eject(project: Path, name: str, to: Path, dist: Path) -> None:
    argv = ["shipways", "eject", name, f"--project={project}", f"--to={to}", f"--dist={dist}"]
    run(argv, timeout=TIMEOUT_S, env={"SOURCE_DATE_EPOCH": "1767225600"})


def files(folder: Path) -> dict[str, bytes | str]:
    """Every file by its path: its content, or where a link leads."""
    return {
        path.relative_to(folder).as_posix(): os.readlink(path)
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample with its recipes, in a repository of its own: a stranger's place."""
    root = tmp_path_factory.mktemp("stranger")
    ignored = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__", ".*")
    shutil.copytree(ROOT / "demoapp", root / "demoapp", ignore=ignored)
    return root


@pytest.mark.parametrize("name", EJECTED)
def test_the_sample_s_recipes_are_current(name: str, source: Path) -> None:
    """docs/recipes holds what comes out today; `nox -s recipes` writes it again."""
    to = source / "docs" / "recipes" / name
    eject(source / "demoapp", name, to, source / "dist")
    assert files(to) == files(RECIPES / name), "run nox -s recipes"


def commands(readme: Path) -> list[str]:
    """The lines that a person types."""
    return re.findall(r"(?m)^    (.+)$", readme.read_text(encoding="utf-8"))


def outside(names: Iterable[str]) -> set[str]:
    """Files of a package that are not Python's: pip notes more of an installation than we do."""
    plain = (name.removeprefix("./").strip("/") for name in names)
    return {name for name in plain if "/site-packages/" not in name and name}


LISTED = {"deb-bundled": listing.in_deb, "rpm": listing.in_rpm, "tarball": listing.in_tar}


@pytest.mark.parametrize("name", LISTED)
def test_the_tools_alone_build_it(name: str, source: Path, built: Built) -> None:
    """Each line of the README, typed in the folder with the recipes: what comes out is whole."""
    folder = source / "docs" / "typed" / name
    shutil.copytree(RECIPES / name, folder, symlinks=True)
    for line in commands(folder / "README.md"):
        subprocess.run(["sh", "-euc", line], cwd=folder, check=True, timeout=TIMEOUT_S)
    made = [path for path in folder.rglob(PACKED[name]) if "files" not in path.parts]
    assert made
    holds = FORMATS[name].holds
    assert holds is not None
    ours = built.artifact(name)
    for path in made:
        assert sorted(holds(built.project, path) or []) == sorted(holds(built.project, ours) or [])
        assert outside(LISTED[name](path)) == outside(LISTED[name](ours))
