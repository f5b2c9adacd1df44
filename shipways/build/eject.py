"""`shipways eject`: a format's recipes, as they come out for a project, to build it without us."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from shipways.build.dist import Dist
from shipways.build.timed_build import Workshop
from shipways.errors import UsageError
from shipways.formats import FORMATS, Format, Options
from shipways.formats.recipe import Recipe
from shipways.project import source_tree
from shipways.project.model import Project
from shipways.util import places, templates

README = "README.md"


def eject(
    project: Project,
    wanted: Format,
    to: Path,
    dist: Dist,
    cache: Path,
    options: Options,
    *,
    force: bool = False,
) -> list[Path]:
    """Write the recipes of `wanted` into the folder `to`; returns the files, README.md first.

    Files that are there and differ are an error unless `force`: then they are written over.
    Raises `UsageError` for a format without recipes, `ToolMissing` where generating them needs a
    program that is not there.
    """
    if wanted.eject is None:
        able = ", ".join(name for name, known in FORMATS.items() if known.eject)
        raise UsageError(
            f"{wanted.id} has no recipes to eject.", hint=f"These formats have some: {able}."
        )
    wanted.check_tools()
    places.folder(to, "Choose another folder with --to.")
    with dist.locked() as work:
        dist.fresh_logs("inputs")
        dist.fresh_logs(wanted.id)
        epoch, commit = source_tree.epoch(project.home), source_tree.commit(project.home)
        job = Workshop(project, dist, work, cache, options, epoch, commit).job(wanted)
        made = work / "recipe"
        made.mkdir()
        recipe = wanted.eject(job, made, os.path.relpath(project.root, to))
        (made / README).write_text(_readme(project, wanted, recipe), encoding="utf-8")
        return _place(made, to, force=force)


def _readme(project: Project, wanted: Format, recipe: Recipe) -> str:
    return templates.render(
        "eject/README.md.j2",
        project=project,
        title=wanted.title,
        made=f"shipways eject {wanted.id}",
        needs=", ".join(recipe.needs),
        commands=recipe.commands,
    )


def _place(made: Path, to: Path, *, force: bool) -> list[Path]:
    """Copy all files, or none."""
    names = sorted(
        (path.relative_to(made) for path in made.rglob("*") if path.is_symlink() or path.is_file()),
        key=lambda name: (str(name) != README, name),
    )
    if not force:
        _refuse([to / name for name in names if _differs(made / name, to / name)])
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).unlink(missing_ok=True)
        shutil.copy2(made / name, to / name, follow_symlinks=False)
    return [to / name for name in names]


def _differs(new: Path, old: Path) -> bool:
    if not os.path.lexists(old):
        return False
    if new.is_symlink() or old.is_symlink():
        return not (new.is_symlink() and old.is_symlink() and new.readlink() == old.readlink())
    return not (old.is_file() and filecmp.cmp(new, old, shallow=False))


def _refuse(changed: Sequence[Path]) -> None:
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise UsageError(
            f"{changed[0]}{more} would be written over.",
            hint="Commit or move what you changed, then add --force, or choose another --to.",
        )
