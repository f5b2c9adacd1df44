"""The native Debian package and its source package, by stdeb and dh-python in a clean build root.

The code stands in a private directory (Debian Python Policy 4.4), dependencies come from the
distribution's archive. The build has no network and is not root (Policy 4.9).
"""

from __future__ import annotations

import shlex
from pathlib import Path

from shipways import linters
from shipways.artifact import Step
from shipways.command import version_of
from shipways.formats import deb_source
from shipways.formats.base import Format, Job, Product, Tool
from shipways.project import Project
from shipways.results import Builder, Lint
from shipways.roots.images import Image, ensure
from shipways.roots.machine import Machine, machine

ROLE = "build-debian:13"
ROOT_PACKAGES = (
    "build-essential",
    "debhelper",
    "dh-python",
    "lintian",
    "pybuild-plugin-pyproject",
    "python3-all",
    "python3-setuptools",
    "python3-stdeb",
)
BUILDER = "nobody"
FOLDER = "/build"
TIMEOUT_S = 900
"""Seconds for each command in the build root."""


def build(job: Job) -> Product:
    """Generate debian/ with stdeb, mend it, build source and binary package."""
    folder = job.work / "build"
    tree = deb_source.unpack(job, folder)
    deb_source.prepare_stdeb(job.project, tree, folder / "stdeb")
    with machine(build_root(job, tree), network=False) as root:
        root.copy_in(folder, FOLDER)
        _run(root, job, f"chown -R {BUILDER}: {FOLDER}", user="root")
        _run(root, job, "python3 setup.py --command-packages=stdeb.command debianize", cwd="stdeb")
        control = folder / "control"
        root.copy_out(f"{FOLDER}/stdeb/debian/control", control)
        deb_source.lay_over(job, tree, control.read_text(encoding="utf-8"))
        root.copy_in(tree / "debian", f"{FOLDER}/{tree.name}/debian")
        _run(root, job, f"chown -R {BUILDER}: {FOLDER}", user="root")
        _run(root, job, f"dpkg-buildpackage {BUILD_OPTIONS}", cwd=tree.name)
        return _collect(root, job)


# The .buildinfo says when it was made, so no two are the same: it stays out of .changes and goes
# among the logs, as the record of the build root that it is.
BUILD_OPTIONS = shlex.join(
    ["--no-sign", r"--hook-changes=sed -i '/\.buildinfo /d' debian/files", "--no-check-builddeps"]
)
