"""The image's base: Python and what it reaches, from Debian's packages, and nothing else.

No shell, no package manager, no pip, no setuid file. mmdebstrap resolves, downloads and verifies
the packages; what is wanted of each is picked out of it. The same packages give the same bytes.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from shipways.errors import BuildError, UsageError
from shipways.formats.docker import rootfs_filter
from shipways.machines import distributions, engine, host_network, image_cache, reaper
from shipways.project.python_versions import IMAGE
from shipways.util import command
from shipways.util.templates import path as recipe

KINDS = ("auto", "minimal", "python", "debian")
PYTHON = IMAGE  # the suite's
PYTHON_IMAGE = f"python:{PYTHON}-slim"
SUITE = "trixie"
PACKAGES = (
    "base-files",
    "ca-certificates",
    f"libpython{PYTHON}-stdlib",
    "media-types",
    "netbase",
    f"python{PYTHON}-minimal",
    "tzdata",
)
FINDING = "libc-bin"  # ldconfig, by which ctypes finds a library from its name
SECURITY = "http://deb.debian.org/debian-security"
RULES = "docker/base.rules"
TIMEOUT_S = 600
# Runs in mmdebstrap after the packages have been downloaded, verified and unpacked ($1).
KEEP = """set -e
for deb in "$1"/var/cache/apt/archives/*.deb; do
  name=$(dpkg-deb --field "$deb" Package)
  dpkg-deb --field "$deb" >"{folder}/$name.control"
  dpkg-deb --fsys-tarfile "$deb" >"{folder}/$name.tar"
done"""


def ensure_base(
    kind: str = "auto",
    source: str = "auto",
    *,
    packages: Sequence[str] = (),
    architecture: str = "",
) -> image_cache.Image:
    """The base image that `kind` names, made or pulled where it is not there yet.

    `minimal` holds Python and what it reaches, and the libraries of `packages` (Debian's names);
    `python` is python:3.13-slim from a registry, `debian` is Debian's image with its python3.
    `auto` is `minimal`, or `python` where the source has to be a registry. `architecture` is one
    that is not the engine's own (Debian's name), which only `minimal` is made for. Raises
    `BuildError` when a registry is needed and none answers, `ToolMissing` without mmdebstrap.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no base {kind!r}.", hint=f"Bases are {', '.join(KINDS)}.")
    if architecture:
        if kind not in ("auto", "minimal") or source == "registry":
            raise BuildError(f"Only the base `minimal` is made for {architecture} here.")
        return _minimal(tuple(sorted(set(packages))), architecture)
    if kind == "python" or (kind == "auto" and source == "registry"):
        return _from_registry()
    if kind == "debian":
        return image_cache.ensure("debian:13", source, packages=("python3", *packages))
    return _minimal(tuple(sorted(set(packages))))


def _from_registry() -> image_cache.Image:
    name = distributions.mirrored(PYTHON_IMAGE)
    if not distributions.pulled(name):
        raise BuildError(
            f"{name} cannot be pulled from its registry.",
            hint="The base `minimal` comes from the Debian archive and needs none.",
        )
    return image_cache.Image(name, "python", "registry", "Debian 13 (python:3.13-slim)")


def _minimal(packages: tuple[str, ...], architecture: str = "") -> image_cache.Image:
    reaper.guard()
    files = (recipe(RULES), Path(rootfs_filter.__file__), Path(__file__))
    made_by = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    text = f"minimal {host_network.debian_mirror()} {packages} {made_by} {architecture}"
    ref = image_cache.cached("runtime", text, functools.partial(_make, packages, architecture))
    return image_cache.Image(ref, "runtime", "archive", f"Debian 13 (trixie), Python {PYTHON} only")


def _make(packages: tuple[str, ...], architecture: str, ref: str, labels: dict[str, str]) -> None:
    command.require("mmdebstrap", hint="apt-get install mmdebstrap")
    with engine.temporary_folder("base") as folder:
        _download(packages, architecture, folder)
        tree = folder / "tree"
        rules = rootfs_filter.parse(recipe(RULES).read_text(encoding="utf-8"))
        newest = rootfs_filter.make_tree(tree, folder, rules, PYTHON)
        if packages:
            _index_libraries(tree)
        tar = folder / "base.tar"
        rootfs_filter.pack(tree, tar, newest)
        changes = [f'LABEL {name}="{value}"' for name, value in labels.items()]
        engine.import_image(tar, ref, changes, architecture)


def _index_libraries(tree: Path) -> None:
    """ld.so.cache by the tree's own ldconfig: the host's would put its version into it."""
    become_root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    command.run([*become_root, tree / "usr/sbin/ldconfig", "-r", tree], timeout=60)
    shutil.rmtree(tree / "var/cache", ignore_errors=True)


def _download(packages: tuple[str, ...], architecture: str, folder: Path) -> None:
    """Leave PACKAGE.control and PACKAGE.tar of everything that the base is picked from."""
    finding = (FINDING,) if packages else ()
    include = ",".join((*PACKAGES, *finding, *packages))
    mirror = host_network.debian_mirror()
    command.run(
        [
            "mmdebstrap", *_foreign(architecture), "--variant=extract", "--format=null",
            f"--include={include}", f"--extract-hook={KEEP.format(folder=folder)}", SUITE, "-",
            f"deb {mirror} {SUITE} main", f"deb {mirror} {SUITE}-updates main",
            f"deb {_security(mirror)} {SUITE}-security main",
        ],
        timeout=TIMEOUT_S,
        env={"TMPDIR": str(folder)},
    )  # fmt: skip


def _foreign(architecture: str) -> list[str]:
    """Packages for another processor; nothing in them has to run."""
    return [f"--architectures={architecture}", "--skip=check/qemu"] if architecture else []


def _security(mirror: str) -> str:
    """Mirrors of the archive keep the security updates beside it."""
    return f"{mirror}-security" if mirror.endswith("/debian") else SECURITY
