"""The self-contained .rpm: the app and its dependencies, run by the system's python3.

Scriptlets follow Fedora's guidelines but for one thing: the service is enabled and started, as on
Debian, where Fedora leaves that to presets.
https://docs.fedoraproject.org/en-US/packaging-guidelines/Scriptlets/
"""

from __future__ import annotations

from functools import partial

from shipways import copyright as copyrights
from shipways import linters, packagers, recipes, target
from shipways.artifact import Step
from shipways.command import find, version_of
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.deb_control import plain, synopsis, upstream_version
from shipways.packagers import Package
from shipways.project import Project
from shipways.results import Builder, Lint
from shipways.target import TargetFile

SMALL = {"fpm": "xz -9", "rpmbuild": "w6T2.xzdio", "nfpm": "xz"}
FAST = {"fpm": "none", "rpmbuild": "w3.zstdio", "nfpm": "zstd"}
WHY = {
    "fpm": "the smallest of those installed: rpmbuild does the work",
    "rpmbuild": "the smallest of those installed",
    "nfpm": "the quickest; rpmbuild or fpm, where installed, make it smaller",
}
LIBRARIES = {"psycopg": "libpq"}  # what a pure-Python distribution loads only when it is used


def build(job: Job) -> Product:
    """Make the package with the tool that suits `--compression`, or the one asked for."""
    package = describe(job)
    out = job.work / file_name(job.project, package.architecture)
    small = job.options.compression == "small"
    tool = choose(job.options.builder, small)
    compression, log = (SMALL if small else FAST)[tool], job.logs / "build.log"
    if tool == "fpm":
        packagers.fpm(package, out, job.work, log, _fpm_options(package, compression))
    elif tool == "rpmbuild":
        packagers.rpmbuild(package, out, job.work, log, compression)
    else:
        packagers.nfpm(package, out, job.work, log, compression)
    return Product((out,), _builder(tool, small, compression), package.installed_bytes)


def choose(builder: str, small: bool) -> str:
    """The tool: for `small` the one that packs best, for `fast` nfpm, unless one is asked for."""
    if builder != "auto":
        return packagers.choose([builder], find)
    return packagers.choose(["fpm", "rpmbuild", "nfpm"] if small else ["nfpm"], find)


def describe(job: Job) -> Package:
    """The package in rpm's words."""
    project, bundle = job.project, job.inputs.bundle
    about = plain(project.description)
    return Package(
        project=project,
        kind="rpm",
        name=project.name,
        version=upstream_version(project.version),
        release="1",
        architecture=packagers.architecture("rpm", bundle.pure),
        summary=synopsis(project.summary).capitalize(),
        description=recipes.render("rpm/description.j2", project=project, about=about).strip(),
        depends=_depends(job),
        suggests=tuple(name for module, name in LIBRARIES.items() if (bundle.site / module).is_dir()),
        provides=(f"user({project.name})", f"group({project.name})"),
        files=_files(job),
        site=bundle.site,
        scripts=scripts(project),
        epoch=job.epoch,
    )


def scripts(project: Project) -> dict[str, str]:
    """Scriptlets, by fpm's names."""
    names = {
        "before-install": "pre",
        "after-install": "post",
        "before-remove": "preun",
        "after-remove": "postun",
    }
    return {
        key: recipes.render(f"rpm/{recipe}.j2", project=project) for key, recipe in names.items()
    }


def file_name(project: Project, architecture: str) -> str:
    """NAME-VERSION-RELEASE.ARCHITECTURE.rpm."""
    return f"{project.name}-{upstream_version(project.version)}-1.{architecture}.rpm"


def _depends(job: Job) -> tuple[str, ...]:
    bundle = job.inputs.bundle
    exact = "" if bundle.pure else target.exact_python(bundle.site)
    if exact:
        return (f"python(abi) = {exact}", "python3", "systemd")
    return (f"python3 >= {job.project.minimum_python}", "systemd")


def _files(job: Job) -> tuple[TargetFile, ...]:
    project, bundle = job.project, job.inputs.bundle
    exact = "" if bundle.pure else target.exact_python(bundle.site)
    system = target.system_files(project, FORMAT.id, epoch=job.epoch, python=exact)
    text = copyrights.text(project, bundle.site)
    licence = TargetFile(f"/usr/share/licenses/{project.name}/copyright", text.encode())
    return (*target.compressed(system), licence)


def _fpm_options(package: Package, compression: str) -> list[str]:
    """fpm's own names for what a spec file says; it knows no zstd for rpm."""
    method, _, level = compression.partition(" -")
    attributes = (
        f"--rpm-attr={file.mode:04o},{file.owner},{file.group}:{file.path}"
        for file in package.files
        if file.group != "root"
    )
    return [
        f"--rpm-compression={method}",
        *([f"--rpm-compression-level={level}"] if level else []),
        f"--rpm-summary={package.summary}",
        "--rpm-digest=sha256",
        "--rpm-rpmbuild-define=_buildhost reproducible",
        "--rpm-rpmbuild-define=use_source_date_epoch_as_buildtime 1",
        "--rpm-rpmbuild-define=clamp_mtime_to_source_date_epoch 1",
        "--rpm-rpmbuild-define=build_mtime_policy clamp_to_source_date_epoch",
        *attributes,
        *(f"--directories={folder}" for folder in package.own_folders),
        *(f"--rpm-tag=Suggests: {name}" for name in package.suggests),
    ]


def _builder(tool: str, small: bool, compression: str) -> Builder:
    return Builder(
        tool=tool,
        version=version_of(tool, "--version") or "",
        compression=f"{'small' if small else 'fast'}: {compression}",
        why=WHY[tool],
    )


def lint(job: Job, product: Product) -> list[Lint]:
    """rpmlint over the package; shellcheck and systemd-analyze over what is inside."""
    folder = job.work / "lint"
    unit = next(one for one in _files(job) if one.path.endswith(".service"))
    target.stage([unit], folder, job.epoch)
    for kind, text in scripts(job.project).items():
        (folder / kind).write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    config = recipes.path("rpm/rpmlintrc.toml")
    return [
        linters.check("rpmlint", ["rpmlint", f"--config={config}", product.paths[0]], job.logs),
        linters.scripts([folder / kind for kind in scripts(job.project)], job.logs),
        linters.unit(folder / unit.path.lstrip("/"), job.logs),
    ]


def steps(project: Project) -> tuple[Step, ...]:
    """dnf installs a local file with its dependencies; there is no purge in RPM."""
    file = file_name(project, "noarch")
    return (
        Step("install", f"dnf install -y ./{file}", f"{project.name} with all it needs; it starts"),
        Step("upgrade", f"dnf install -y ./{file}", "the new package over the old one; it restarts"),
        Step("rollback", f"dnf downgrade -y ./{file}", "the previous package; data and settings stay"),
        Step("remove", f"dnf remove -y {project.name}", "program and service; data and settings stay"),
    )


def needs(project: Project) -> str:
    """What dnf would otherwise have to fetch."""
    return f"python3 {project.requires_python} and systemd; no network"


FORMAT = Format(
    id="rpm",
    title="Self-contained RPM package",
    installs_on="Fedora, RHEL 10 and kin, openSUSE, offline",
    needs=needs,
    uses=("distributions", "wheelhouse", "bundle"),
    tools=(Tool("nfpm", partial(version_of, "nfpm", "--version"), packagers.HINTS["nfpm"]),),
    build=build,
    lint=lint,
    steps=steps,
)
