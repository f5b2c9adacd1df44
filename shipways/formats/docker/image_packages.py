"""Which packages an image holds, by its own records. Nothing runs in it, so it needs no shell.

dpkg's records (deb822(5)) are one file, or in images without a package manager a folder of files:
https://github.com/GoogleContainerTools/distroless/blob/main/PACKAGE_METADATA.md
Alpine's: https://wiki.alpinelinux.org/wiki/Apk_spec
"""

from __future__ import annotations

import functools
import io
import tarfile
from collections.abc import Iterator, Mapping
from email.parser import HeaderParser

from docker.errors import NotFound
from docker.models.containers import Container

from shipways.inputs.sbom import SystemPackage
from shipways.machines import engine
from shipways.util.text import decode

DPKG = ("/var/lib/dpkg/status", "/var/lib/dpkg/status.d")
APK = "/lib/apk/db/installed"
RELEASE = "/usr/lib/os-release"  # os-release(5)
PYTHON = "PYTHON_VERSION="  # what python:3.13-slim says of the Python that it was built with


def installed(ref: str) -> tuple[SystemPackage, ...]:
    """The packages of an image in the engine, sorted; () where it has no records."""
    return _read(str(engine.client().images.get(ref).id))


@functools.cache
def _read(image: str) -> tuple[SystemPackage, ...]:
    container = engine.client().containers.create(image, ["none"], labels=engine.labels())
    try:
        distribution = _distribution(container)
        found = [
            _dpkg(fields, distribution)
            for path in DPKG
            for text in _texts(container, path)
            for fields in _blocks(text)
            if "Package" in fields and "installed" in fields.get("Status", "installed").split()
        ]
        found += [
            _apk(fields, distribution)
            for text in _texts(container, APK)
            for fields in _blocks(text)
        ]
        found += _own_python(container)
    finally:
        engine.remove(container)
    return tuple(sorted(found, key=lambda package: (package.name, package.architecture)))


def _texts(container: Container, path: str) -> Iterator[str]:
    """The text of a file, or of every file in a folder; nothing where there is none."""
    try:
        stream, _ = container.get_archive(path)
    except NotFound:
        return
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            if file:
                yield decode(file.read())


def _blocks(text: str) -> Iterator[Mapping[str, str]]:
    """Paragraphs of `Name: value` lines."""
    for block in text.split("\n\n"):
        if block.strip():
            yield dict(HeaderParser().parsestr(block.lstrip("\n")))


def _distribution(container: Container) -> str:
    """Such as "debian-13"."""
    lines = "\n".join(_texts(container, RELEASE)).splitlines()
    stated = {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
    return "-".join(filter(None, (stated.get("ID"), stated.get("VERSION_ID"))))


def _dpkg(fields: Mapping[str, str], distribution: str) -> SystemPackage:
    return SystemPackage(
        name=fields["Package"],
        version=fields["Version"],
        vendor=distribution.partition("-")[0] or "debian",
        architecture=fields.get("Architecture", ""),
        source=fields.get("Source", fields["Package"]).partition(" ")[0],
        distribution=distribution,
    )


def _apk(fields: Mapping[str, str], distribution: str) -> SystemPackage:
    return SystemPackage(
        name=fields["P"],
        version=fields["V"],
        kind="apk",
        vendor=distribution.partition("-")[0] or "alpine",
        architecture=fields.get("A", ""),
        source=fields.get("o", ""),
        distribution=distribution,
    )


def _own_python(container: Container) -> list[SystemPackage]:
    container.reload()
    stated = container.attrs["Config"].get("Env") or ()
    return [
        SystemPackage("python", entry.removeprefix(PYTHON), kind="generic", vendor="")
        for entry in stated
        if entry.startswith(PYTHON)
    ]
