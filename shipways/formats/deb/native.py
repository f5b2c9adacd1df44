"""The native Debian package and its source package, by stdeb and dh-python in a clean build root.

The code stands in a private directory (Debian Python Policy 4.4), dependencies come from the
distribution's archive. Nothing in the build root has a network, or builds as root (Policy 4.9).
The bill of materials is written there as well: it names what the package then depends on.
"""

from __future__ import annotations

import shlex
import shutil
from functools import partial
from pathlib import Path

from shipways.errors import BuildError
from shipways.formats import installed_files, linters, listing
from shipways.formats.base import Format, Job, Product
from shipways.formats.deb import native_source
from shipways.formats.host_tools import ENGINE, MMDEBSTRAP
from shipways.formats.recipe import Command, Recipe
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.machines.image_cache import Image, ensure
from shipways.machines.machine import Machine, machine
from shipways.project import versions
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util.command import Completed
from shipways.util.messages import mark as _

ROLE = "build-debian:13"
PYTHON = "3.13"  # Debian 13's
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
TIMEOUT_S = 900  # for each command in the build root
GENERATE = "python3 setup.py --command-packages=stdeb.command debianize"
# A .buildinfo says when it was made, so no two are the same: it is kept among the logs, as the
# record of the build root that it is, and .changes does not list it.
DROP_BUILDINFO = r"sed -i '/\.buildinfo /d' debian/files"
PACKAGE = ("dpkg-buildpackage", "--no-sign", f"--hook-changes={DROP_BUILDINFO}")


def build(job: Job) -> Product:
    """Generate debian/ with stdeb, mend it, build the source and the binary package."""
    folder = job.work / "build"
    tree = native_source.unpack(job, folder)
    native_source.prepare_stdeb(job.project, tree, folder / "stdeb")
    with machine(build_root(job), network=False) as root:
        _generate(root, job, folder, tree)
        root.copy_in(tree / "debian", f"{FOLDER}/{tree.name}/debian")
        _hand_over(root, job)
        _run(root, job, shlex.join(PACKAGE), tree.name)
        return _collect(root, job)


def eject(job: Job, folder: Path, project: str) -> Recipe:
    """debian/, as the package is built from it."""
    tree = native_source.unpack(job, job.work / "build")
    native_source.prepare_stdeb(job.project, tree, tree.parent / "stdeb")
    with machine(build_root(job), network=False) as root:
        _generate(root, job, tree.parent, tree)
    shutil.copytree(tree / "debian", folder / "debian")
    there = shlex.quote(project)
    return Recipe(
        (
            Command(f"cp -r debian {there}/", "debian/ belongs into the project's folder"),
            Command(f"apt-get build-dep {there}/", "What builds it, typed by root"),
            Command(f"cd {there} && dpkg-buildpackage --no-sign --build=binary", "The .deb"),
        ),
        ("dpkg-dev", "apt"),
    )


def _generate(root: Machine, job: Job, folder: Path, tree: Path) -> None:
    """debian/ in `tree`: what stdeb makes of the project, mended, and our own recipes over it."""
    root.copy_in(folder, FOLDER)
    _hand_over(root, job)
    _run(root, job, GENERATE, "stdeb")
    root.copy_out(f"{FOLDER}/stdeb/debian/control", folder / "control")
    native_source.lay_over(job, tree, (folder / "control").read_text(encoding="utf-8"))


def build_root(job: Job) -> Image:
    """A clean Debian 13 with what builds and checks this project's package, made once.

    Raises `BuildError` where the project is not for its Python.
    """
    project = job.project
    if PYTHON not in Pythons(project.requires_python).minors:
        raise BuildError(
            f"Debian 13 has Python {PYTHON}, which requires-python ({project.requires_python}) "
            "does not admit.",
            hint=f'Admit it, for example:\n    requires-python = ">={PYTHON}"\n'
            "or build deb-bundled, for a Debian that has another one.",
        )
    backend = native_source.backend_packages(job.project.root / "pyproject.toml")
    return ensure(ROLE, job.options.base_source, packages=(*ROOT_PACKAGES, *backend))


def _run(root: Machine, job: Job, command: str, folder: str = "") -> Completed:
    """A command of the build, the same on every machine: no root, no host's clock or language."""
    env = {
        "HOME": f"{FOLDER}/home",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(job.epoch),
        "TZ": "UTC",
    }
    return root.run(
        f"cd {FOLDER}/{folder} && {command}",
        timeout=TIMEOUT_S,
        log_file=job.logs / "build.log",
        user=BUILDER,
        env=env,
    )


def _hand_over(root: Machine, job: Job) -> None:
    command = f"mkdir -p {FOLDER}/home && chown -R {BUILDER}: {FOLDER}"
    root.run(command, timeout=TIMEOUT_S, log_file=job.logs / "build.log")


def _collect(root: Machine, job: Job) -> Product:
    """Everything that the build left, the binary package first."""
    names = _run(root, job, "ls *.deb *.dsc *.tar.* *.changes *.buildinfo").output.split()
    for name in names:
        keep = job.logs if name.endswith(".buildinfo") else job.work
        root.copy_out(f"{FOLDER}/{name}", keep / name)
    shipped = sorted(name for name in names if not name.endswith(".buildinfo"))
    shipped.sort(key=lambda name: not name.endswith(".deb"))
    measure = f"dpkg-deb -x {shipped[0]} installed && find installed -type f -printf '%s\\n'"
    sizes = map(int, _run(root, job, measure).output.split())
    materials = job.work / f"{shipped[0]}{sbom.SUFFIX}"
    root.copy_out(f"{FOLDER}/installed{installed_files.sbom(job.project).path}", materials)
    version = _run(root, job, "dpkg-query -Wf '${Version}' python3-stdeb").output.strip()
    return Product(
        paths=tuple(job.work / name for name in shipped),
        builder=Builder(tool="stdeb", version=version, compression="xz", why="what dpkg-deb does"),
        installed_bytes=sum(sizes),
        sbom=materials,
    )


def lint(job: Job, product: Product) -> list[Lint]:
    """lintian over the .changes, so over source and binary package; and the unit by systemd."""
    log = job.logs / "lint-lintian.log"
    log.unlink(missing_ok=True)
    with machine(build_root(job), network=False) as root:
        for path in product.paths:
            root.copy_in(path, f"/tmp/{path.name}")
        done = root.run(
            "lintian --color=never --info --show-overrides /tmp/*.changes",
            timeout=TIMEOUT_S,
            log_file=log,
            user=BUILDER,
            check=False,
        )
        version = root.run("dpkg-query -Wf '${Version}' lintian", timeout=TIMEOUT_S).output
    files = installed_files.system_files(job.project, FORMAT.id, epoch=job.epoch, isolated=False)
    installed_files.stage(files, job.work / "target", job.epoch)
    unit = job.work / f"target/usr/lib/systemd/system/{job.project.name}.service"
    return [linters.count("lintian", done, version, str(log)), linters.units([unit], job.logs)]


def file_name(project: Project) -> str:
    """dpkg-name(1), so without an epoch; of a project without compiled modules."""
    return f"{project.name}_{versions.upstream(project.version)}-{native_source.REVISION}_all.deb"


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """apt, since dpkg alone does not fetch dependencies. The package starts its service."""
    name, apt = project.name, partial(Step, manager="apt")
    file = shlex.quote(f"./{file}")
    install = f"apt-get install -y {file}"
    older = f"apt-get install -y --allow-downgrades {file}"
    return (
        apt("prerequisite", "apt-get update", _("refresh the list of packages")),
        apt("install", install, _("dependencies from the distribution; starts the service")),
        apt("upgrade", install, _("the new file over the old one; restarts the service")),
        apt("rollback", older, _("the previous file over the new one; restarts the service")),
        apt("remove", f"apt-get remove -y {name}", _("the program; settings and data stay")),
        apt(
            "purge", f"apt-get purge -y {name}", _("settings, data and the service's user as well")
        ),
    )


def obstacle(project: Project) -> str:
    """Why the distribution's archive cannot serve it."""
    if project.is_application:
        return "a delivered application brings its dependencies, and this package would not"
    return ""


def needs(project: Project) -> str:
    pythons = Pythons(project.requires_python).words
    return f"systemd, Python {pythons}, the distribution's archive"


def holds(project: Project, path: Path) -> list[Found] | None:
    """The binary package has the app's metadata beside its code."""
    if path.suffix != ".deb":
        return None
    return listing.installed(listing.in_deb(path), f"usr/lib/{project.name}")


FORMAT = Format(
    id="deb",
    title=_("Debian package, native"),
    kind="package",
    families=("debian",),
    installs_on=_("Debian 13, Ubuntu 24.04 and later"),
    needs=needs,
    uses=("distributions",),
    tools=(ENGINE, MMDEBSTRAP),
    prepare=build_root,
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    file_name=file_name,
    targets=("debian:13",),
    eject=eject,
    obstacle=obstacle,
    instead="Build deb-bundled: it brings the dependencies along.",
)
