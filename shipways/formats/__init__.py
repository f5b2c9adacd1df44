"""Every way to deliver a project: one module each, listed here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from shipways.errors import UsageError
from shipways.formats import git, tarball, wheel
from shipways.formats.base import Format, Job, Options, Product, Tool
from shipways.formats.compose import format as compose
from shipways.formats.deb import bundled, native
from shipways.formats.docker import format as docker
from shipways.formats.rpm import format as rpm

__all__ = ["FORMATS", "Format", "Job", "Options", "Product", "Tool", "choose"]

MODULES = (wheel, native, bundled, rpm, tarball, docker, compose, git)
FORMATS: dict[str, Format] = {module.FORMAT.id: module.FORMAT for module in MODULES}


def choose(ids: Iterable[str]) -> tuple[Format, ...]:
    """The formats with these ids, each once, in the order asked for; none named means all."""
    asked = list(dict.fromkeys(ids)) or list(FORMATS)
    unknown = [name for name in asked if name not in FORMATS]
    if unknown:
        raise UsageError(
            f"There is no format {unknown[0]!r}.", hint=f"Formats are: {', '.join(FORMATS)}."
        )
    return tuple(FORMATS[name] for name in asked)
