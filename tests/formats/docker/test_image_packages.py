"""Which packages an image holds: the records of dpkg, of images without it, and of Alpine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from docker.errors import NotFound

from shipways.formats.docker import image_packages
from shipways.machines import engine

STATUS = """\
Package: libssl3t64
Status: install ok installed
Architecture: amd64
Source: openssl (3.5.1-1)
Version: 3.5.1-1+b1
Description: Secure Sockets Layer
 Version: a line of the text

Package: gone
Status: deinstall ok config-files
Version: 1

Package: base-files
Status: install ok installed
Architecture: amd64
Version: 13.8
"""
RELEASE = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="13"\n'
ALPINE = """\
C:Q1x=
P:musl
V:1.2.5-r10
A:x86_64
o:musl

P:ssl_client
V:1.37-r1
A:x86_64
o:busybox

"""


class Image:
    """An engine with one image, of which a container is made; it has these files."""

    def __init__(self, files: dict[str, str], env: list[str]) -> None:
        self.files, self.attrs = files, {"Config": {"Env": env}}
        self.images = self.containers = self
        self.id = f"sha256:{hash((*files.items(), *env))}"
        self.removed = 0

    def get(self, _ref: str) -> Image:
        return self

    def create(self, image: str, command: list[str], labels: dict[str, str]) -> Image:
        assert image == self.id
        assert engine.LABEL in labels
        return self

    def get_archive(self, path: str) -> tuple[Iterator[bytes], object]:
        found = {name: self.files[name] for name in self.files if f"{name}/".startswith(f"{path}/")}
        if not found:
            raise NotFound("no such file")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            folder = tarfile.TarInfo("folder")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for name, text in found.items():
                info = tarfile.TarInfo(name.rpartition("/")[2])
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
        return iter([packed.getvalue()[:100], packed.getvalue()[100:]]), {}

    def reload(self) -> None: ...

    def remove(self, **_: Any) -> None:
        self.removed += 1


Make = Callable[..., Image]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    def made(files: dict[str, str], *env: str) -> Image:
        image = Image(files, [*env])
        monkeypatch.setattr(engine, "client", lambda: image)
        return image

    return made


def test_what_dpkg_has_installed(make: Make) -> None:
    image = make({"/var/lib/dpkg/status": STATUS, image_packages.RELEASE: RELEASE}, "PATH=/bin")
    base, ssl = image_packages.installed("debian:13")
    assert (base.name, base.version, base.distribution) == ("base-files", "13.8", "debian-13")
    assert (ssl.name, ssl.version, ssl.source) == ("libssl3t64", "3.5.1-1+b1", "openssl")
    assert (ssl.kind, ssl.vendor, ssl.architecture) == ("deb", "debian", "amd64")
    assert image.removed == 1


def test_an_image_without_a_package_manager(make: Make) -> None:
    blocks = [block for block in STATUS.split("\n\n") if "gone" not in block]
    bare = [block.replace("Status: install ok installed\n", "") for block in blocks]
    files = {f"/var/lib/dpkg/status.d/{number}": block for number, block in enumerate(bare)}
    make({**files, image_packages.RELEASE: RELEASE})
    assert [found.name for found in image_packages.installed("runtime")] == [
        "base-files",
        "libssl3t64",
    ]


def test_alpine_and_a_python_that_no_package_brought(make: Make) -> None:
    release = "ID=alpine\nVERSION_ID=3.22.1\n"
    make(
        {"/lib/apk/db/installed": ALPINE, image_packages.RELEASE: release}, "PYTHON_VERSION=3.13.7"
    )
    musl, python, client = image_packages.installed("python:3.13-alpine")
    assert (musl.kind, musl.vendor, musl.distribution) == ("apk", "alpine", "alpine-3.22.1")
    assert (client.name, client.source) == ("ssl_client", "busybox")
    assert (python.kind, python.version) == ("generic", "3.13.7")


def test_an_image_without_records_has_none(make: Make) -> None:
    image = make({"/bin/app": ""})
    assert image_packages.installed("scratch") == ()
    assert image.removed == 1


def test_an_image_is_read_once(make: Make) -> None:
    image = make({"/var/lib/dpkg/status": "Package: once\nVersion: 1\n"})
    assert image_packages.installed("a:1") == image_packages.installed("a:2")
    assert image.removed == 1
