"""Names of images in the engine: what others have made keeps one.

An engine is shared: by other checkouts, other projects, and whatever else runs there. To load, pull
or make an image under a name takes that name from the image that bore it, and one without a name is
as good as gone. So it gets another first, and that is said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docker.errors import APIError, ImageNotFound

from shipways.machines import engine
from shipways.util import cache
from shipways.util.command import run
from shipways.util.progress import say

MADE = "images"  # in the cache: a file for each image, with the checkouts that have made it
TAG_LENGTH = 128  # https://github.com/opencontainers/distribution-spec/blob/main/spec.md
LOAD_TIMEOUT_S = 300


@dataclass(frozen=True)
class Held:
    """An image with the name it had, the one that it has got besides, and whether that is new."""

    image: str
    name: str
    spare: str
    added: bool


def load(archive: Path, names: Sequence[str], owner: Path) -> None:
    """`docker load`; images called `names` that `owner`, a checkout, has not made stay."""
    with kept(names, owner):
        run([engine.name(), "load", f"--input={archive}"], timeout=LOAD_TIMEOUT_S)
    for name in names:
        _note(str(engine.client().images.get(name).id), owner)


@contextlib.contextmanager
def kept(names: Sequence[str], owner: Path | None = None) -> Iterator[None]:
    """What bears one of `names` before the block can be reached by a name after it.

    One that `owner` has made earlier goes when its name has passed on, unless it is in use.
    """
    held = [found for name in names if (found := _hold(name))]
    try:
        yield
    finally:
        for each in held:
            _settle(each, owner)


def _hold(name: str) -> Held | None:
    """Give the image a second name, before anything can take the first."""
    try:
        image = engine.client().images.get(name)
    except ImageNotFound:
        return None
    repository, _, tag = name.rpartition(":")
    end = f"-{str(image.id).rpartition(':')[2][:12]}"
    spare = f"{repository}:{tag[: TAG_LENGTH - len(end)]}{end}"
    added = not any(known.endswith(spare) for known in image.tags)
    image.tag(*spare.rsplit(":", 1))
    return Held(str(image.id), name, spare, added)


def _settle(held: Held, owner: Path | None) -> None:
    if _id(held.name) == held.image:
        unneeded = held.added
    else:
        unneeded = bool(owner) and _makers(held.image) == {str(owner)}
        if not unneeded:
            say(f"  {held.name} was an image that was not made here; it is {held.spare} now.")
    if unneeded:
        untag(held.spare)


def untag(name: str) -> None:
    """Take a name that was given here away, and with the last one the image, unless it is used."""
    with contextlib.suppress(ImageNotFound, APIError):
        engine.client().images.remove(name)


def remove_nameless(image: str) -> None:
    """Remove an image that was made without a name. One that has got some, or is used, stays."""
    with contextlib.suppress(ImageNotFound, APIError):
        if not engine.client().images.get(image).tags:
            engine.client().images.remove(image)


def _id(name: str) -> str | None:
    try:
        return str(engine.client().images.get(name).id)
    except ImageNotFound:
        return None


def _note(image: str, owner: Path) -> None:
    makers = _makers(image) | {str(owner)}
    file = _file(image)
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{maker}\n" for maker in sorted(makers)), encoding="utf-8")


def _makers(image: str) -> set[str]:
    file = _file(image)
    return set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()


def _file(image: str) -> Path:
    return cache.folder() / MADE / image.rpartition(":")[2]
