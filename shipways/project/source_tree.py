"""The source tree: which files belong to it, which commit they are, and when that was.

A build never works in the user's checkout: it takes a snapshot of the files that Git tracks, each
as what it is there: a file with its executable bit, a link as a link. All of them are shipped,
wherever they lie and whatever `git archive` would leave out, or the build stops and names the one
that cannot be. What Git does not track is not shipped, and that is said.

Where Git tracks nothing, there is no list to go by. Outside of Git, and in a folder that it
ignores, everything is shipped but what tools leave behind; before the first `git add`, what Git
ignores stays out as well.
"""

from __future__ import annotations

import os
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from shipways.errors import SourceError
from shipways.project import checkout as checkouts
from shipways.project import links, source_date
from shipways.project.checkout import Checkout
from shipways.util.progress import named, say

LEFT_BEHIND = {".git", ".nox", ".venv", "__pycache__", "node_modules"}  # in any folder
OUTPUT = {"build", "dist"}  # at the top, where tools for Python write to
FILE, PROGRAM, LINK = 0o100644, 0o100755, 0o120000  # all the modes that Git knows of files
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
LFS_POINTER_BYTES = 1024  # https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md


def files(root: Path, *, whole: bool = False) -> tuple[Path, ...]:
    """Relative paths of the project's files and links, sorted.

    `whole`: the folder is a snapshot already. Raises `SourceError` for what cannot be shipped.
    """
    return tuple(_modes(root, whole))


def snapshot(root: Path, target: Path, *, whole: bool = False) -> None:
    """Copy the project's files to `target`: modes are those that Git knows, links stay links."""
    for path, mode in _modes(root, whole).items():
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if mode == LINK:
            copy.symlink_to(os.readlink(root / path))
        else:
            shutil.copyfile(root / path, copy, follow_symlinks=False)
            copy.chmod(stat.S_IMODE(mode))


def check(root: Path, needed: Collection[str] = ()) -> None:
    """Raise what a snapshot would, and where `needed` is not in it; say what stays out."""
    found = {*files(root)}
    checkout = checkouts.find(root)
    missing = [name for name in needed if Path(name) not in found]
    if checkout and missing:
        raise SourceError(
            f"{root / missing[0]} is not tracked by Git, so it would not be shipped.",
            hint=f"Type: {checkout.typed('add', *missing)}",
        )
    if checkout and checkout.tracked():
        _tell(checkout)


def commit(root: Path) -> str:
    """The commit's full hash, with "-dirty" when tracked files differ from it; "" without Git."""
    checkout = _history(root)
    if checkout is None:
        return ""
    return checkout.commit() + ("-dirty" if checkout.is_changed() else "")


def folder_in_repository(root: Path) -> str:
    """Where `root` lies in its Git checkout, such as "sub/folder"; "" at its top or outside Git."""
    top = checkouts.top_of(root)
    found = root.resolve().relative_to(top).as_posix() if top else "."
    return "" if found == "." else found


def epoch(root: Path) -> int:
    """SOURCE_DATE_EPOCH: the environment's, else the commit's date, else the newest file's.

    Seconds since 1970, UTC; see https://reproducible-builds.org/specs/source-date-epoch/.
    """
    stated = os.environ.get(source_date.VARIABLE)
    if stated is not None:
        return source_date.stated(stated)
    checkout = _history(root)
    if checkout is not None:
        return source_date.held(checkout.date())
    return source_date.held(
        max(((root / name).lstat().st_mtime for name in files(root)), default=0)
    )


def _history(root: Path) -> Checkout | None:
    """The checkout, where it has a commit that is of the project: it tracks some of its files."""
    checkout = checkouts.find(root)
    return checkout if checkout and checkout.commit() and checkout.tracked() else None


def _modes(root: Path, whole: bool) -> Mapping[Path, int]:
    """Path -> FILE, PROGRAM or LINK of all that is shipped, each of them checked; sorted."""
    found = dict(sorted(_listed(root, whole).items()))
    for path in found:
        _check_name(path)
    _check_links(root, found)
    return found


def _listed(root: Path, whole: bool) -> dict[Path, int]:
    checkout = None if whole else checkouts.find(root)
    if checkout is None:
        return dict(_walked(root, whole))
    tracked = checkout.tracked()
    for path, mode in tracked.items():
        _check_kind(checkout, path, mode)
    if tracked:
        return tracked
    if checkout.is_ignored():
        return dict(_walked(root, whole))
    known = checkout.not_ignored()
    return {path: mode for path, mode in _walked(root, whole) if path in known}


def _walked(root: Path, whole: bool) -> Iterator[tuple[Path, int]]:
    """All files and links below a folder, but for what tools left behind; no socket, no device."""

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(root, onerror=fail):
        here = Path(folder).relative_to(root)
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [n for n in folders if n not in linked and (whole or _kept(root, here / n))]
        for path in (here / name for name in (*linked, *names)):
            mode = (root / path).lstat().st_mode
            if stat.S_ISLNK(mode):
                yield path, LINK
            elif stat.S_ISREG(mode) and (whole or path.suffix != ".pyc"):
                yield path, PROGRAM if mode & stat.S_IXUSR else FILE


def _kept(root: Path, folder: Path) -> bool:
    """Whether a folder may hold source: not a tool's, and no virtual environment (PEP 405)."""
    if folder.name in LEFT_BEHIND or str(folder) in OUTPUT:
        return False
    return not (root / folder / "pyvenv.cfg").is_file()


def _check_kind(checkout: Checkout, path: Path, mode: int) -> None:
    """What is there has to be what Git tracks, and behind no link: Git itself never looks there."""
    full = checkout.root / path
    behind = any((checkout.root / folder).is_symlink() for folder in path.parents[:-1])
    found = None if behind or not os.path.lexists(full) else full.lstat()
    if found is None or stat.S_IFMT(found.st_mode) != stat.S_IFMT(mode):
        what = "a link" if mode == LINK else "a file"
        raise SourceError(
            f"{str(path)!r} is tracked by Git as {what}, and there is none.",
            hint=f"Type: {checkout.typed('restore', '--', path)}\n"
            f"or, if it has to go: {checkout.typed('rm', '--cached', '--', path)}\n"
            f"or, in a sparse checkout: {checkout.typed('sparse-checkout', 'disable')}",
        )
    if mode != LINK and found.st_size < LFS_POINTER_BYTES:
        _check_fetched(checkout, full)


def _check_links(root: Path, found: Mapping[Path, int]) -> None:
    """All of them lead to what is shipped as well."""
    there = {folder for path in found for folder in (path, *path.parents)}
    targets = {path: links.resolve(root, path) for path, mode in found.items() if mode == LINK}
    for link, target in targets.items():
        if target not in there or not (root / link).exists():
            raise SourceError(
                f"{str(link)!r} is a link to {str(target)!r}, which is not among what is shipped.",
                hint="Does Git track that? A link to what a build makes is for that build to make.",
            )
    links.check_folders({link: to for link, to in targets.items() if to not in found})


def _check_fetched(checkout: Checkout, full: Path) -> None:
    with full.open("rb") as file:
        if file.read(len(LFS_POINTER)) != LFS_POINTER or not checkout.has_filter(full, "lfs"):
            return
    raise SourceError(
        f"{full} is a pointer to its content, which Git LFS has not fetched.",
        hint=f"Type: {checkout.typed('lfs', 'pull')}",
    )


def _check_name(path: Path) -> None:
    """Archives and the lists of package managers hold names in UTF-8, one a line (PEP 427, deb(5)).

    Bytes that are no UTF-8 are surrogates in a Path (PEP 383).
    """
    if {"Cc", "Cs"}.intersection(map(unicodedata.category, str(path))):
        raise SourceError(
            f"{os.fsencode(path)!r}: no package can hold a file of this name.",
            hint="Names are UTF-8, without line breaks and other control characters. Rename it.",
        )


def _tell(checkout: Checkout) -> None:
    """Say what Git does not track, but for what tools leave behind anyway."""
    left = [
        name
        for name in checkout.untracked()
        if not LEFT_BEHIND.intersection(Path(name).parts) and name.rstrip("/") not in OUTPUT
    ]
    if left:
        say(f"Not tracked by Git, so not shipped: {named(left)}")
