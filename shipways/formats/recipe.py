"""What `shipways eject` writes: the files of a format, and the plain commands that build it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shipways.formats.installed_files import TargetFile
from shipways.inputs.sbom import SUFFIX


@dataclass(frozen=True)
class Command:
    """One line that a person types in the folder with the recipe, and what it does."""

    line: str
    why: str


@dataclass(frozen=True)
class Recipe:
    """How a format is built from the ejected files by the tools alone."""

    commands: tuple[Command, ...]
    needs: tuple[str, ...]  # programs


def bundle(project: str, lock: str, site: str) -> tuple[Command, ...]:
    """What fills `site` with the app and its dependencies.

    `project` and `site` are relative to the recipe's folder, `lock` to `project`.
    """
    pip = "python3 -m pip"
    into = f"--no-compile --upgrade --target {shlex.quote(site)}"
    return (
        Command(
            f"{pip} wheel --no-deps --wheel-dir wheel {shlex.quote(project)}", "The app as a wheel"
        ),
        Command(
            f"{pip} install {into} --only-binary :all: --require-hashes "
            f"-r {shlex.quote(f'{project}/{lock}')}",
            "What it needs, from the lock, by a Python that the target has",
        ),
        Command(f"{pip} install {into} --no-deps wheel/*.whl", "The app beside it"),
        Command(f"rm -rf {shlex.quote(f'{site}/bin')}", "Scripts, which the launcher stands for"),
    )


def with_sbom(files: Sequence[TargetFile], content: bytes) -> tuple[TargetFile, ...]:
    """The same files with another bill of materials: that of the lock.

    That of a bundle names the very wheels in it, which are others wherever it is built.
    """
    return tuple(
        replace(file, content=content) if file.path.endswith(SUFFIX) else file for file in files
    )
