"""Locking with uv what nobody has locked, for every Python that is promised.

https://docs.astral.sh/uv/pip/compile/. What is made is `shipways.lock`, in the format of
pylock.toml (PEP 751), beside the configuration: the user keeps it with the source.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.errors import BuildError, LockMismatch
from shipways.project.locks import fit, pylock
from shipways.project.locks.base import Indexes, Locked
from shipways.project.locks.text import as_pylock
from shipways.project.pin import Pin
from shipways.project.python_versions import Pythons
from shipways.util import trust
from shipways.util.command import run
from shipways.util.progress import step

KEPT = "shipways.lock"
TIMEOUT_S = 900
SETTINGS = {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}


def lock(
    root: Path,
    direct: Iterable[Requirement | str],
    requires_python: str,
    extra: Iterable[Requirement | str] = (),
    to: Path | None = None,
    *,
    constraints: Iterable[Requirement | str] = (),
    indexes: Indexes = Indexes(),  # noqa: B008 (frozen)
) -> Locked:
    """Resolve what is asked for and `extra`, and write it to `to` (`shipways.lock` of the project).

    What `to` holds before is kept where it still fits. Raises `LockMismatch` with the reason why
    there is no solution, `ToolMissing` without uv.
    """
    path = to or root / KEPT
    wanted, added = [*map(str, direct)], [*map(str, extra)]
    limits = [*map(str, constraints)]
    asked = Locked(
        path, "", (), tuple(map(Requirement, wanted)), is_complete=False,
        constraints=tuple(map(Requirement, limits)),
    )  # fmt: skip
    with step(f"{path.name}, by uv"):
        found = _resolved(root, path, [*wanted, *added], requires_python, limits, indexes)
    return _kept(replace(found, inputs=fit.inputs(asked, added)), requires_python)


def complete(
    locked: Locked, root: Path, requires_python: str, extra: Sequence[str], to: Path | None = None
) -> Locked:
    """The same with what the server needs, where it is not there; locked where it is not yet.

    What the project has locked stays as it is, hashes included: what is added has to fit it.
    Raises `LockMismatch` where it does not.
    """
    if not locked.is_locked:
        names = {canonicalize_name(each.name) for each in locked.direct}
        missing = _missing(extra, names)
        return lock(
            root, locked.direct, requires_python, missing, to,
            constraints=locked.constraints, indexes=locked.indexes,
        )  # fmt: skip
    missing = _missing(extra, {pin.name for pin in locked.pins})
    if not missing:
        return locked
    path = to or root / KEPT
    held = [pin.stated for pin in locked.pins]
    with step(f"{path.name}, by uv"):
        found = _resolved(root, path, [*held, *missing], requires_python, (), locked.indexes)
    own = {pin.name for pin in locked.pins}
    pins = [*_located(locked.pins, found.pins), *(p for p in found.pins if p.name not in own)]
    merged = replace(found, pins=tuple(pins), inputs=fit.inputs(locked, missing))
    return _kept(merged, requires_python)


def _missing(wanted: Iterable[str], names: Collection[str]) -> list[str]:
    return [each for each in wanted if canonicalize_name(Requirement(each).name) not in names]


def _located(pins: Iterable[Pin], found: Iterable[Pin]) -> Iterator[Pin]:
    """Pins with the addresses of their files, which few locks know, where the hashes are theirs."""
    others = {(pin.name, pin.version): pin.files for pin in found}
    for pin in pins:
        files = others.get((pin.name, pin.version), ())
        same = tuple(file for file in files if file.hash in pin.hashes)
        yield pin if any(file.url for file in pin.files) or not same else replace(pin, files=same)


def _resolved(
    root: Path,
    path: Path,
    wanted: Sequence[str],
    requires_python: str,
    constraints: Iterable[str],
    indexes: Indexes,
) -> Locked:
    with tempfile.TemporaryDirectory() as work:
        asked, limits = Path(work, "requirements.in"), Path(work, "constraints.txt")
        made = Path(work, "pylock.toml")
        asked.write_text("".join(f"{line}\n" for line in wanted), encoding="utf-8")
        limits.write_text("".join(f"{line}\n" for line in constraints), encoding="utf-8")
        if path.is_file():
            made.write_bytes(path.read_bytes())
        argv: list[str | Path] = [
            "uv", "pip", "compile", "--quiet", "--universal", "--fork-strategy=fewest",
            "--no-header", "--format=pylock.toml", f"--python={sys.executable}",
            f"--python-version={Pythons(requires_python).lowest}",
            f"--constraint={limits}", f"--output-file={made}", *indexes.options, asked,
        ]  # fmt: skip
        try:
            run(argv, timeout=TIMEOUT_S, cwd=root, env={**trust.environment(), **SETTINGS})
        except BuildError as error:
            raise _unsolved(path, error) from None
        found = pylock.read(made, root)
    return replace(found, path=path, direct=tuple(map(Requirement, wanted)))


def _unsolved(path: Path, error: BuildError) -> LockMismatch:
    """uv's reason alone: its command names folders that are gone, and indexes with passwords."""
    first = error.message.partition("\n")[0]
    return LockMismatch(
        f"{path.name} cannot be made: {first}",
        hint="Change what the project asks for, or requires-python, so that it can be met.",
        log=error.log,
    )


def _kept(locked: Locked, requires_python: str) -> Locked:
    """Written, whole or not at all."""
    again = pylock.OURS.format(locked.path.name)
    ready = replace(locked, requires_python=requires_python, again=again)
    beside = ready.path.with_name(f".{ready.path.name}.new")
    beside.write_text(as_pylock(ready), encoding="utf-8")
    beside.replace(ready.path)
    return ready
