"""The self-contained .deb: the app and its dependencies, run by the system's python3.

Its package is NAME-bundled. It leaves the same files behind as the native deb NAME, so the two
conflict with and replace each other (Debian Policy 7.4, 7.6.2).
"""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

from shipways.formats import installed_files, linters, listing, packagers
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.deb import ar
from shipways.formats.deb.bundled_metadata import (
    FORMAT_ID,
    changelog,
    describe,
    file_name,
    name,
    scripts,
)
from shipways.formats.packagers import HINTS, Package, fpm, nfpm, xz
from shipways.formats.recipe import Recipe
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util.messages import mark as _
from shipways.util.progress import say

BUILDERS = ("nfpm", "fpm")
LINTIAN = ("lintian", "--show-overrides", "--info", "--allow-root")
ZSTD_UNKNOWN = "--suppress-tags=malformed-deb-archive"  # Debian 12's lintian; its dpkg unpacks it


def build(job: Job) -> Product:
    """Make the package; for `small`, its data.tar is then compressed by xz."""
    package = describe(job)
    out = job.work / file_name(job.project, package.architecture)
    small = job.options.compression == "small"
    log = job.logs / "build.log"
    tool = choose_tool(job.options.builder)
    if tool == "fpm":
        fpm.make(package, out, job.work, log, _fpm_options(package, job.work, small))
    else:
        nfpm.make(package, out, job.work, log, "none" if small else "zstd")
    if small:
        _compress_data(out, job)
    materials = sbom.write(job.work, out.name, job.inputs.sbom_of_bundle)
    return Product((out,), _builder(tool, small), package.installed_bytes, materials)


def choose_tool(builder: str) -> str:
    """The one asked for; nfpm where that makes no .deb, and then it is said."""
    if builder in BUILDERS:
        return builder
    if builder != "auto":
        say(f"  {builder} makes no .deb: nfpm does")
    return "nfpm"


def _compress_data(deb: Path, job: Job) -> None:
    """Replace data.tar by data.tar.xz: xz makes it smaller than any packager does by itself."""
    folder = job.work / "members"
    folder.mkdir()
    *others, data = ar.unpack(deb, folder)
    ar.pack(deb, [*others, xz.pack(data, job.logs / "build.log")], job.epoch)


def _fpm_options(package: Package, work: Path, small: bool) -> list[str]:
    """fpm writes changelogs of its own unless it is given some."""
    path = work / "changelog"
    path.write_bytes(changelog(package))
    return [
        f"--deb-compression={'none' if small else 'zst'}",
        "--deb-no-default-config-files",
        f"--deb-changelog={path}",
        f"--deb-upstream-changelog={path}",
        *(f"--deb-suggests={one}" for one in package.suggests),
    ]


def _builder(tool: str, small: bool) -> Builder:
    if small:
        compression, why = (
            " ".join(xz.COMMAND),
            "smaller than the xz inside nfpm, in the time of fpm's",
        )
    else:
        compression, why = "zstd", "the quickest of all"
    return Builder(
        tool=tool,
        version=packagers.version(tool) or "",
        compression=f"{'small' if small else 'fast'}: {compression}",
        why=why,
    )


def lint(job: Job, product: Product) -> list[Lint]:
    """lintian over the package; shellcheck and systemd-analyze over what is inside."""
    units = linters.written(installed_files.units(describe(job).files), job.logs)
    paths = linters.written(scripts(job.project), job.logs / "scripts")
    quiet = [] if job.options.compression == "small" else [ZSTD_UNKNOWN]
    return [
        linters.check("lintian", [*LINTIAN, *quiet, product.paths[0]], job.logs),
        linters.scripts(paths, job.logs),
        linters.units(units, job.logs),
    ]


def eject(job: Job, folder: Path, project: str) -> Recipe:
    """nfpm.yaml with all that it names."""
    return nfpm.eject(describe(job), job, folder, project)


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """apt installs a local file with its dependencies; the service is started by it."""
    package, apt = name(project), partial(Step, manager="apt")
    file = shlex.quote(f"./{file}")
    install = f"apt-get install -y {file}"
    back = f"apt-get install -y --allow-downgrades {file}"
    stay = _("program and service; data and settings stay")
    return (
        apt("install", install, f"{project.name} with all it needs; the service starts"),
        apt("upgrade", install, _("the new package over the old one; the service restarts")),
        apt("rollback", back, _("the previous package; data and settings stay")),
        apt("remove", f"apt-get remove -y {package}", stay),
        apt(
            "purge", f"apt-get purge -y {package}", _("data, settings and the service's user, too")
        ),
    )


def needs(project: Project) -> str:
    """What apt would otherwise have to fetch."""
    pythons = Pythons(project.requires_python).words
    return f"python3 {pythons}, tzdata and systemd; no network"


def holds(project: Project, path: Path) -> list[Found]:
    """App and dependencies, side by side."""
    return listing.installed(listing.in_deb(path), f"usr/lib/{project.name}/site-packages")


FORMAT = Format(
    id=FORMAT_ID,
    title=_("Self-contained Debian package"),
    kind="package",
    families=("debian",),
    installs_on=_("any Debian or Ubuntu with python3 >= 3.10, offline"),
    needs=needs,
    uses=("distributions", "wheelhouse", "bundle"),
    tools=(
        Tool("nfpm", partial(packagers.version, "nfpm"), HINTS["nfpm"]),
        Tool("xz", partial(packagers.version, "xz"), "apt-get install xz-utils"),
    ),
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    builders=BUILDERS,
    eject=eject,
    file_name=partial(file_name, architecture="all"),
)
