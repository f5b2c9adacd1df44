"""The source package: the project's sdist, and what is laid over the debian/ that stdeb generates.

stdeb reads the project's metadata and writes debian/control, which is mended here. Everything else
below debian/ comes from packaging/deb/ and, as on every target, from
`shipways.formats.installed_files`.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shipways.formats import dep5_copyright as copyrights
from shipways.formats import installed_files
from shipways.formats.base import Job
from shipways.formats.deb import control as deb_control
from shipways.inputs import sbom
from shipways.project import versions
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.util import templates
from shipways.util.extraction import extract

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RECIPES = "deb"
REVISION = "1"
SHIM = "from setuptools import setup\n\nsetup(packages=[], py_modules=[])\n"
BUILD_DEPENDS = (
    "debhelper-compat (= 13)",
    "dh-sequence-installsysusers",
    "dh-sequence-python3",
    "pybuild-plugin-pyproject",
)
BACKENDS = {"flit-core": "flit", "meson-python": "python3-mesonpy"}  # else python3-NAME
SPLIT_OFF = {"django": ("libjs-jquery",)}  # Debian only recommends what its files are links to
EXECUTABLE = ("rules", "tests/smoke")


def version(project: Project) -> str:
    """Epoch, upstream version and Debian revision (Debian Policy 5.6.12)."""
    return f"{versions.debian(project.version)}-{REVISION}"


def sibling(project: Project) -> str:
    """The other Debian package of this project: same paths, its own dependencies."""
    return f"{project.name}-bundled"


def backend_packages(pyproject: Path) -> tuple[str, ...]:
    """Debian packages of what `[build-system]` requires (PEP 518), without the versions.

    The archive has one version of each; where that does not do, the build says so.
    """
    table = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("build-system", {})
    names = [canonicalize_name(Requirement(r).name) for r in table.get("requires", ["setuptools"])]
    return tuple(sorted({BACKENDS.get(name, f"python3-{name}") for name in names}))


def depends(project: Project) -> tuple[str, ...]:
    """What the package needs beside what dh_python3 makes of the requirements (dh_python3(1)).

    The admin of Debian's Django has links to jQuery in place of it; where they lead nowhere,
    collectstatic stops.
    """
    names = (canonicalize_name(Requirement(text).name) for text in project.dependencies)
    split_off = (package for name in names for package in SPLIT_OFF.get(name, ()))
    lowest, *others = Pythons(project.requires_python).debian()
    patch = [lowest] if lowest.count(".") > 1 else []  # dh_python3 knows minor versions only
    return (*patch, *others, *project.tool.debian_depends, *split_off)


def unpack(job: Job, folder: Path) -> Path:
    """Lay the sdist into `folder` as Debian names it, and unpacked beside it; returns that tree."""
    project = job.project
    upstream = versions.upstream(project.version)
    orig = folder / f"{project.name}_{upstream}.orig.tar.gz"
    folder.mkdir()
    shutil.copyfile(job.inputs.sdist, orig)
    extract(orig, folder / "unpacked")
    tree = folder / f"{project.name}-{upstream}"
    next((folder / "unpacked").iterdir()).rename(tree)
    (folder / "unpacked").rmdir()
    shutil.rmtree(tree / "debian", ignore_errors=True)  # upstream's, if any, is not this package
    return tree


def prepare_stdeb(project: Project, tree: Path, copy: Path) -> None:
    """A copy of the tree in which stdeb can work: it wants a setup.py, and leaves things behind."""
    shutil.copytree(tree, copy, symlinks=True)
    if not (copy / "setup.py").exists():
        (copy / "setup.py").write_text(SHIM, encoding="utf-8")
    values = {
        **_values(project),
        "minimum_python": Pythons(project.requires_python).minors[0],
        "depends": depends(project),
        "build_depends": (*BUILD_DEPENDS, *backend_packages(tree / "pyproject.toml")),
    }
    _write(copy / "stdeb.cfg", templates.render(f"{RECIPES}/stdeb.cfg.j2", **values))


def lay_over(job: Job, tree: Path, control: str) -> None:
    """Write debian/ into the tree: stdeb's control, mended, and all that it does not generate."""
    project, debian = job.project, tree / "debian"
    files = installed_files.system_files(project, "deb", epoch=job.epoch, isolated=False)
    installed_files.stage(files, debian / "laid", job.epoch)
    values = {
        **_values(project),
        "date": format_datetime(datetime.fromtimestamp(job.epoch, timezone.utc)),
        "bill": installed_files.sbom(project).path,
        "modes": [(f"{f.mode:04o}", f.path) for f in files if not f.link and f.mode != 0o644],
    }
    for recipe in _recipes():
        name = f"{RECIPES}/debian/{recipe}"
        is_template = recipe.endswith(".j2")
        text = templates.render(name, **values) if is_template else templates.path(name).read_text()
        _write(debian / _destination(recipe, project.name), text)
    _write(debian / "copyright", copyrights.text(project, _metadata(job), common=True))
    _write(debian / "control", _mended(job, control))
    _write(debian / "bill.json", sbom.document(project, (), job.epoch).decode())
    for name in EXECUTABLE:
        (debian / name).chmod(0o755)


def _metadata(job: Job) -> Path:
    """A folder with the metadata of the project's wheel, licences included (PEP 427, PEP 639)."""
    folder = job.work / "metadata"
    with zipfile.ZipFile(job.inputs.wheel) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" in name]
        wheel.extractall(folder, names)
    return folder


def _mended(job: Job, control: str) -> str:
    project = job.project
    return deb_control.mended(
        control,
        epoch=job.epoch,
        maintainer=project.tool.maintainer,
        homepage=project.homepage,
        short=deb_control.synopsis(project.summary),
        description=templates.render(
            f"{RECIPES}/description.j2", about=deb_control.plain(project.description),
            **_values(project),
        ),
    )  # fmt: skip


def _recipes() -> list[str]:
    folder = templates.path(f"{RECIPES}/debian")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _destination(recipe: str, name: str) -> str:
    """Name of a recipe below debian/: PACKAGE stands for the package's name."""
    return recipe.removesuffix(".j2").replace("PACKAGE", name)


def _values(project: Project) -> dict[str, object]:
    """What the recipes are filled in with."""
    return {
        "project": project,
        "package": project.name,
        "upstream_version": versions.upstream(project.version),
        "revision": REVISION,
        "version": version(project),
        "sibling": sibling(project),
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
