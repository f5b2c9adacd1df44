"""The archive with instructions: unpack, run install.sh; or run in place, without root.

NAME-VERSION-bundle/INSTALL.md    what to type, from the same steps as everywhere
                    install.sh    install, --rollback, --remove, --purge
                    run           the launcher: runs in place
                    files/        what install.sh copies, laid out as on the target
"""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

from shipways.formats import dep5_copyright as copyrights
from shipways.formats import installed_files, linters, listing, packagers, several
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.installed_files import TargetFile
from shipways.formats.recipe import Command, Recipe, bundle, with_sbom
from shipways.formats.several import Several
from shipways.formats.step import Step, by_phase
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.machines.machine import UNPRIVILEGED_USER
from shipways.project import versions
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util import templates
from shipways.util.command import run
from shipways.util.measure import tree_bytes
from shipways.util.messages import mark as _

TIMEOUT_S = 900
COMPRESSORS = {  # the same bytes on any number of cores
    "small": "xz -6 --threads=2 --block-size=16MiB",
    "fast": "xz -0 --threads=2 --block-size=4MiB",
}


def build(job: Job) -> Product:
    """Lay out the folder, then have tar pack it together with the bundle."""
    top = folder_name(job.project)
    _lay_out(job, job.work / top, _files(job))
    out = job.work / file_name(job.project)
    compressor = COMPRESSORS[job.options.compression]
    site = job.inputs.bundle.site
    there = f"{top}/files/usr/lib/{job.project.name}/site-packages"
    argv: list[str | Path] = [
        "tar", "--create", f"--file={out}", f"--use-compress-program={compressor}",
        "--format=gnu", "--sort=name", "--owner=root:0", "--group=root:0",
        "--mode=u=rwX,go=rX", f"--mtime=@{job.epoch}",
        f"--transform=flags=r;s,^{site.name},{there},",
        f"--directory={job.work}", top, f"--directory={site.parent}", site.name,
    ]  # fmt: skip
    run(argv, timeout=TIMEOUT_S, log_file=job.logs / "build.log")
    installed = tree_bytes(job.work / top) + sum(job.inputs.bundle.contents.values())
    materials = sbom.write(job.work, out.name, job.inputs.sbom_of_bundle)
    return Product((out,), _builder(job.options.compression, compressor), installed, materials)


def folder_name(project: Project) -> str:
    """The one folder that the archive unpacks to."""
    return f"{project.name}-{versions.file_part(project.version)}-bundle"


def file_name(project: Project) -> str:
    """Not the sdist's name, which is NAME-VERSION.tar.gz."""
    return f"{folder_name(project)}.tar.xz"


def _lay_out(job: Job, top: Path, files: tuple[TargetFile, ...]) -> None:
    """Everything but the bundle."""
    project = installed_files.shipped(job.project, job.inputs.bundle)
    installed_files.stage(files, top / "files", job.epoch)
    beside = (
        TargetFile("/INSTALL.md", instructions(project).encode()),
        TargetFile("/install.sh", _installer(job, files).encode(), mode=0o755),
        TargetFile("/run", link=f"files/usr/lib/{project.name}/bin/{project.command}"),
    )
    installed_files.stage(beside, top, job.epoch)


def _files(job: Job) -> tuple[TargetFile, ...]:
    bundle = job.inputs.bundle
    project = installed_files.shipped(job.project, bundle)
    system = installed_files.system_files(project, FORMAT.id, epoch=job.epoch)
    text = copyrights.text(project, bundle.site)
    licence = TargetFile(f"/usr/share/doc/{project.name}/copyright", text.encode())
    return (
        *installed_files.compressed(system),
        licence,
        installed_files.sbom(project, job.inputs.sbom_of_bundle),
    )


def _installer(job: Job, files: tuple[TargetFile, ...]) -> str:
    """install.sh, which knows by name what to copy and what to remove."""
    project = installed_files.shipped(job.project, job.inputs.bundle)
    pythons = Pythons(project.requires_python)
    own = (f"/usr/lib/{project.name}/", "/etc/")
    return templates.render(
        "tarball/install.sh.j2",
        project=project,
        system_files=[file.path for file in files if not file.path.startswith(own)],
        python_check=f"import sys; sys.exit(not ({pythons.condition('sys.version_info[:3]')}))",
        python_words=pythons.words,
        serve=shlex.join(project.tool.serve),
    )


def instructions(project: Project) -> str:
    """INSTALL.md, from the steps."""
    return templates.render(
        "tarball/INSTALL.md.j2",
        project=project,
        needs=needs(project),
        phases=list(by_phase(FORMAT.printed(project))),
        run=shlex.join(["./run", *project.tool.serve]),
    )


def _builder(setting: str, compressor: str) -> Builder:
    why = "smaller is ten times slower" if setting == "small" else "the quickest that xz offers"
    version = packagers.version("tar") or ""
    return Builder(tool="tar", version=version, compression=f"{setting}: {compressor}", why=why)


def lint(job: Job, product: Product) -> list[Lint]:  # noqa: ARG001
    """shellcheck over install.sh, systemd-analyze over the unit."""
    files = _files(job)
    texts = {"install.sh": _installer(job, files), **installed_files.units(files)}
    installer, *units = linters.written(texts, job.logs)
    return [
        linters.scripts([installer], job.logs),
        linters.units(units, job.logs),
    ]


def eject(job: Job, folder: Path, project: str) -> Recipe:
    """The archive's folder without the bundle."""
    top = folder_name(job.project)
    _lay_out(job, folder / top, with_sbom(_files(job), job.inputs.sbom_of_lock))
    site = f"{top}/files/usr/lib/{job.project.name}/site-packages"
    packing = (
        f"tar --create --xz --file={file_name(job.project)} --sort=name "
        f"--owner=root:0 --group=root:0 --mode=u=rwX,go=rX {top}"
    )
    commands = (*bundle(project, job.project.tool.lock, site), Command(packing, "The archive"))
    return Recipe(commands, ("python3 with pip", "tar", "xz"))


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """install.sh does all of it; every unpacked version has one."""
    unpack = f"tar xf {shlex.quote(file)}"
    script = shlex.quote(f"./{folder_name(project)}/install.sh")
    packages = "apt-get install -y python3 tzdata xz-utils"
    return (
        Step("prerequisite", "apt-get update", _("refresh the list of packages"), manager="apt"),
        Step(
            "prerequisite",
            packages,
            _("the interpreter, time zones, and xz to unpack"),
            manager="apt",
        ),
        Step("install", unpack, _("unpack")),
        Step("install", script, f"{project.name} and its service, which starts"),
        Step("upgrade", unpack, _("unpack the new version")),
        Step("upgrade", script, _("put it in the old one's place; the service restarts")),
        Step("rollback", f"{script} --rollback", _("the version before; data and settings stay")),
        Step("remove", f"{script} --remove", _("program and service; data and settings stay")),
        Step("purge", f"{script} --purge", _("data, settings and the service's user as well")),
    )


def instance(project: Project, file: str, number: int) -> list[str]:
    """Unpacked by an ordinary user, and run in its place."""
    name = several.name(project, number)
    home = f"/srv/{name}"
    settings = [several.bind(project, number), f"XDG_STATE_HOME={home}/state"]
    own = ["env", *settings, f"{home}/{folder_name(project)}/run", *project.tool.serve]
    serve = several.in_background(shlex.join(own), name)
    packed = shlex.quote(file)
    person = f"setpriv --reuid {UNPRIVILEGED_USER} --regid {UNPRIVILEGED_USER} --init-groups"
    return [
        f"install -d -o {UNPRIVILEGED_USER} -g {UNPRIVILEGED_USER} {home}",
        f"install -m 644 {packed} /srv && {person} tar xf /srv/{packed} -C {home}",
        f"rm /srv/{packed}",
        f"{person} bash -c {shlex.quote(serve)}",
    ]


def needs(project: Project) -> str:
    """What install.sh looks for."""
    pythons = Pythons(project.requires_python).words
    return f"python3 {pythons}, time zones (tzdata), xz and systemd; no network"


def holds(project: Project, path: Path) -> list[Found]:
    """App and dependencies, side by side."""
    site = f"{folder_name(project)}/files/usr/lib/{project.name}/site-packages"
    return listing.installed(listing.in_tar(path), site)


FORMAT = Format(
    id="tarball",
    title=_("Archive with instructions"),
    kind="archive",
    installs_on=_("any Linux with systemd and Python, offline; also runs in place without root"),
    needs=needs,
    uses=("distributions", "wheelhouse", "bundle"),
    tools=(
        Tool("tar", partial(packagers.version, "tar"), "apt-get install tar"),
        Tool("xz", partial(packagers.version, "xz"), "apt-get install xz-utils"),
    ),
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    file_name=file_name,
    eject=eject,
    several=Several(("prerequisite",), instance),
)
