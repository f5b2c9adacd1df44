"""The self-contained .rpm: the app and its dependencies, run by the system's python3."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

from shipways.errors import BuildError
from shipways.formats import installed_files, linters, listing, packagers
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.packagers import HINTS, Package, choose, fpm, nfpm, rpmbuild, xz
from shipways.formats.recipe import Command, Recipe
from shipways.formats.rpm import archive
from shipways.formats.rpm.metadata import FORMAT_ID, describe, file_name, scripts
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util import templates
from shipways.util.command import find
from shipways.util.escape.rpm_spec import tag
from shipways.util.messages import mark as _

SMALL = {"fpm": "xz -9", "rpmbuild": "w6T2.xzdio", "nfpm": "xz"}
FAST = {"fpm": "none", "rpmbuild": "w3.zstdio", "nfpm": "zstd"}  # fpm knows no zstd for rpm
# rpmbuild writes its own version into the package, and each has its own way: so neither it nor fpm,
# which has it do the work, is chosen by what a machine happens to have.
WHY = {
    "fpm": "asked for; rpmbuild does the work, so its version is in the package",
    "rpmbuild": "asked for; its version is in the package",
    "nfpm": "the same bytes on every machine, and the quickest",
}


def build(job: Job) -> Product:
    """Make the package; for `small`, nfpm's payload is then packed again by xz."""
    package = describe(job)
    out = job.work / file_name(job.project, package.architecture)
    small = job.options.compression == "small"
    tool = choose_tool(job.options.builder)
    compression, log = (SMALL if small else FAST)[tool], job.logs / "build.log"
    if tool == "fpm":
        fpm.make(package, out, job.work, log, _fpm_options(package, job.work, compression))
    elif tool == "rpmbuild":
        rpmbuild.make(package, out, job.work, log, compression)
    else:
        nfpm.make(package, out, job.work, log, compression)
        if small:
            archive.repack(out, partial(xz.again, log=log))
            compression = " ".join(xz.COMMAND)
    if not archive.changelog(out):
        raise BuildError(f"{tool} left the changelog out of {out.name}.", log=log)
    materials = sbom.write(job.work, out.name, job.inputs.sbom_of_bundle)
    return Product((out,), _builder(tool, small, compression), package.installed_bytes, materials)


def choose_tool(builder: str) -> str:
    """The one asked for, or nfpm: what comes out must not depend on what else is installed."""
    return choose(["nfpm" if builder == "auto" else builder], find)


def _fpm_options(package: Package, work: Path, compression: str) -> list[str]:
    """fpm's own names for what a spec file says."""
    changelog = work / "changelog"
    changelog.write_text(
        templates.render("rpm/changelog.spec.j2", package=package), encoding="utf-8"
    )
    method, _, level = compression.partition(" -")
    definitions = (
        "_buildhost reproducible",
        "use_source_date_epoch_as_buildtime 1",
        "clamp_mtime_to_source_date_epoch 1",
        "build_mtime_policy clamp_to_source_date_epoch",
    )
    return [
        f"--rpm-compression={method}",
        *([f"--rpm-compression-level={level}"] if level else []),
        f"--rpm-summary={tag(package.summary)}",
        f"--rpm-changelog={changelog}",
        "--rpm-digest=sha256",
        *(f"--rpm-rpmbuild-define={definition}" for definition in definitions),
        *(
            f"--rpm-attr={file.mode:04o},{file.owner},{file.group}:{file.path}"
            for file in package.files
            if file.group != "root"
        ),
        *(f"--directories={folder}" for folder in package.own_folders),
        *(f"--rpm-tag=Suggests: {name}" for name in package.suggests),
    ]


def _builder(tool: str, small: bool, compression: str) -> Builder:
    return Builder(
        tool=tool,
        version=packagers.version(tool) or "",
        compression=f"{'small' if small else 'fast'}: {compression}",
        why=WHY[tool],
    )


def lint(job: Job, product: Product) -> list[Lint]:
    """rpmlint over the package; shellcheck and systemd-analyze over what is inside."""
    units = linters.written(installed_files.units(describe(job).files), job.logs)
    config = templates.path("rpm/rpmlintrc.toml")
    scriptlets = {name: f"#!/bin/sh\n{text}" for name, text in scripts(job.project).items()}
    paths = linters.written(scriptlets, job.logs / "scripts")
    return [
        linters.check("rpmlint", ["rpmlint", f"--config={config}", product.paths[0]], job.logs),
        linters.scripts(paths, job.logs),
        linters.units(units, job.logs),
    ]


def eject(job: Job, folder: Path, project: str) -> Recipe:
    """nfpm.yaml with all that it names, and a spec that packs the same files."""
    package = describe(job)
    made = nfpm.eject(package, job, folder, project)
    rpmbuild.write(package, folder, SMALL["rpmbuild"], '"%{_sourcedir}"/files/.')
    places = " ".join(f'--define "{name} $PWD"' for name in ("_sourcedir", "_rpmdir"))
    packing = f'rpmbuild -bb {places} --define "_topdir $PWD/rpmbuild" package.spec'
    other = Command(packing, "Or the same by rpm's own builder")
    return Recipe((*made.commands, other), (*made.needs, "or instead rpmbuild"))


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """dnf installs a local file with its dependencies. RPM has no purge: removal keeps data."""
    dnf, file = partial(Step, manager="dnf"), shlex.quote(f"./{file}")
    install = f"dnf install -y {file}"
    stay = _("program and service; data and settings stay")
    return (
        dnf("install", install, f"{project.name} with all it needs; the service starts"),
        dnf("upgrade", install, _("the new package over the old one; the service restarts")),
        dnf("rollback", f"dnf downgrade -y {file}", _("the previous package; data stays")),
        dnf("remove", f"dnf remove -y {project.name}", stay),
    )


def needs(project: Project) -> str:
    """What dnf would otherwise have to fetch."""
    pythons = Pythons(project.requires_python).words
    return f"python3 {pythons} and systemd; no network"


def holds(project: Project, path: Path) -> list[Found]:
    """App and dependencies, side by side."""
    return listing.installed(listing.in_rpm(path), f"usr/lib/{project.name}/site-packages")


FORMAT = Format(
    id=FORMAT_ID,
    title=_("Self-contained RPM package"),
    kind="package",
    families=("rhel",),
    installs_on=_("Fedora, RHEL 10 and kin, openSUSE, offline"),
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
    builders=("fpm", "rpmbuild", "nfpm"),
    eject=eject,
    file_name=partial(file_name, architecture="noarch"),
)
