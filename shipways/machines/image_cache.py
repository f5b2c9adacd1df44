"""Base images of the clean machines, by role: from a registry or from the Debian archive.

An image is a base and layers of packages over it. Each is cached in the engine under a tag that is
a hash of its recipe, so a changed recipe makes a new image and an unchanged one costs nothing.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import filelock
from docker.errors import APIError, ImageNotFound

from shipways.errors import UsageError
from shipways.machines import distributions, engine, image_layers, image_names, reaper
from shipways.util import cache
from shipways.util.progress import step

SOURCES = ("auto", "registry", "archive")
ROLES = {
    "debian:13": "debian:13",
    "debian:12": "debian:12",
    "build-debian:13": "debian:13",
    "build-debian:12": "debian:12",
    "rpm": "rpm",
}
SUFFIXES = ("", "systemd", "docker")  # systemd boots; docker boots and has a container engine
LOCK_TIMEOUT_S = 900


@dataclass(frozen=True)
class Image:
    """A base image that is ready in the engine."""

    ref: str  # what the engine calls it
    role: str
    source: str  # registry | archive
    platform: str  # for people: "Debian 13 (trixie)"


def ensure(role: str, source: str = "auto", *, packages: Sequence[str] = ()) -> Image:
    """The image of a role with `packages` installed, made where it is not there yet.

    Roles are `debian:13`, `debian:12`, `build-debian:13` and `rpm`; with `+systemd` the machine
    boots, with `+docker` it is a host for containers as well. `auto` asks the registry once and
    falls back to the Debian archive.
    """
    name, _, suffix = role.partition("+")
    if name not in ROLES or suffix not in SUFFIXES:
        raise UsageError(f"There is no root {role!r}.", hint=f"Roots are {', '.join(ROLES)}.")
    if source not in SOURCES:
        raise UsageError(f"{source!r} is no source; sources are {', '.join(SOURCES)}.")
    reaper.guard()
    base = distributions.choose(ROLES[name], source)
    wanted = {*(base.systemd if suffix else ()), *packages}
    wanted |= {*(distributions.DOCKER if suffix == "docker" else ())}
    packaged = (image_layers.Packages(base.manager, tuple(sorted(wanted))),) if wanted else ()
    ref = cached(base.role, base.recipe, base.make)
    for number, layer in enumerate((*base.layers, *packaged), 1):
        slug = role if number > len(base.layers) else ROLES[name]
        make = functools.partial(image_layers.add, ref, layer)
        ref = cached(slug, f"{ref} {layer.recipe}", make)
    return Image(ref, role, base.source, base.platform)


def prune() -> list[str]:
    """Remove every cached image; returns their names.

    What somebody has made of one of them has its label as well, but not its name.
    """
    images = engine.client().images
    left = [
        tag
        for image in images.list(filters={"label": engine.ROLE_LABEL})
        for tag in image.tags
        if _repository(image.labels[engine.ROLE_LABEL]) == _named(tag)
    ]
    removed: list[str] = []
    while left:  # a base can go only after what stands on it
        gone = [name for name in left if _removed(name)]
        if not gone:
            break
        removed += gone
        left = [name for name in left if name not in gone]
    return removed


def _removed(name: str) -> bool:
    try:
        engine.client().images.remove(name, force=True)
    except APIError:
        return False
    return True


def cached(role: str, recipe: str, make: image_layers.Maker) -> str:
    """The tag of a recipe's image; makes it, one process at a time, where it is not there."""
    tag = hashlib.sha256(f"{image_layers.VERSION} {recipe}".encode()).hexdigest()[:16]
    ref = f"{_repository(role)}:{tag}"
    folder = cache.folder() / "locks"
    folder.mkdir(exist_ok=True)
    with filelock.FileLock(folder / tag, timeout=LOCK_TIMEOUT_S):
        if not _made(ref):
            with step(f"preparing {ref}"), image_names.kept([ref]):
                make(ref, {engine.ROLE_LABEL: role})
    return ref


def _made(ref: str) -> bool:
    """Whether it is there, and not another's image under this name."""
    try:
        return engine.ROLE_LABEL in engine.client().images.get(ref).labels
    except ImageNotFound:
        return False


def _named(tag: str) -> str:
    """The repository that a tag is of; Podman's begin with its own host."""
    return tag.rpartition(":")[0].removeprefix("localhost/")


def _repository(role: str) -> str:
    return f"shipways/{role.replace(':', '-').replace('+', '-')}"
