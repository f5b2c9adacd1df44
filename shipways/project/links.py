"""Symbolic links of the source tree: they lead to what is inside of it, or the build stops."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from shipways.errors import SourceError

MOST = 40  # links that one path may lead through, path_resolution(7)
MEND = (
    "Make it a link to a file of the project, with a relative path, or put the file in its place."
)


def resolve(root: Path, link: Path) -> Path:
    """Where `link` leads, relative to `root` as it is itself; step by step, path_resolution(7).

    A step out of `root` is refused, even where a later one leads back: what is beyond the source
    tree is another on every machine. Raises `SourceError`, which names the link.
    """
    here, waiting, followed = [*link.parent.parts], [link.name], 0
    while waiting:
        step = waiting.pop()
        if step == "..":
            if not here:
                raise _leads_out(root, link)
            here.pop()
        elif step not in ("", "."):
            here.append(step)
            path = root.joinpath(*here)
            if path.is_symlink():
                here.pop()
                waiting += reversed(_target(root, link, path).split("/"))
                followed += 1
        if followed > MOST:
            raise SourceError(f"{str(link)!r} is a link that leads in a circle.", hint=MEND)
    return Path(*here)


def check_folders(targets: Mapping[Path, Path]) -> None:
    """Refuse a link to a folder that holds that link, by way of others or not.

    `targets`: link -> where it leads. Who follows such a link, as build backends do, comes to no
    end.
    """
    within = {
        link: {other for other in targets if other.is_relative_to(folder)}
        for link, folder in targets.items()
    }
    try:
        TopologicalSorter(within).prepare()
    except CycleError as error:
        raise SourceError(
            f"{str(error.args[1][0])!r} is a link to a folder that it is in itself.",
            hint=MEND,
        ) from error


def copy_for_backend(source: Path, target: Path) -> None:
    """Copy a snapshot to where a build backend (PEP 517) works: links to folders become folders.

    A wheel holds no links. All backends follow one to a file; one to a folder they follow, or pass
    over as one that they have seen, each in its own way.
    """
    shutil.copytree(source, target, symlinks=True)
    for path in [path for path in target.rglob("*") if path.is_symlink() and path.is_dir()]:
        path.unlink()
        shutil.copytree(source / path.relative_to(target), path)


def _target(root: Path, link: Path, path: Path) -> str:
    target = os.readlink(path)
    if target.startswith("/"):
        raise _leads_out(root, link)
    return target


def _leads_out(root: Path, link: Path) -> SourceError:
    target = os.readlink(root / link)
    return SourceError(f"{str(link)!r} is a link to {target!r}, out of the project.", hint=MEND)
