"""What the self-contained .deb is called, needs and holds (Debian Policy 5.6, 6, 7)."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path

from shipways.formats import dep5_copyright as copyrights
from shipways.formats import installed_files, packagers
from shipways.formats.base import Job
from shipways.formats.deb.control import plain, synopsis
from shipways.formats.installed_files import TargetFile
from shipways.formats.packagers import Package
from shipways.project import versions
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.util import templates
from shipways.util.reproducible_tar import gzipped

FORMAT_ID = "deb-bundled"
RELEASE = "1"
LIBRARIES = {"psycopg": "libpq5"}  # what a pure-Python distribution loads only when it is used
SYSUSERS = "systemd | systemd-standalone-sysusers | systemd-sysusers"  # as dh_installsysusers says


def describe(job: Job) -> Package:
    """The package in dpkg's words."""
    bundle = job.inputs.bundle
    project = installed_files.shipped(job.project, bundle)
    about = plain(project.description)
    package = Package(
        project=project,
        kind="deb",
        name=name(project),
        version=versions.upstream(project.version),
        version_epoch=versions.epoch(project.version),
        release=RELEASE,
        architecture=packagers.architecture("deb", bundle.pure),
        summary=synopsis(project.summary),
        description=templates.render(
            "deb-bundled/description.j2", project=project, about=about
        ).strip(),
        depends=_depends(job),
        suggests=_libraries(bundle.site),
        conflicts=(project.name,),
        replaces=(project.name,),
        provides=(project.name,),
        files=_system_files(job),
        bundle=bundle,
        scripts=scripts(project),
        epoch=job.epoch,
    )
    return replace(package, files=(*package.files, *_documents(job, package)))


def name(project: Project) -> str:
    """The Debian package's name."""
    return f"{project.name}-bundled"


def file_name(project: Project, architecture: str) -> str:
    """NAME_VERSION-REVISION_ARCHITECTURE.deb (dpkg-name(1)): without an epoch."""
    return f"{name(project)}_{versions.upstream(project.version)}-{RELEASE}_{architecture}.deb"


def scripts(project: Project) -> dict[str, str]:
    """Maintainer scripts, by fpm's names for them."""
    values = {"project": project, "package": name(project), "sibling": project.name}
    return {
        "before-install": templates.render("deb-bundled/preinst.j2", **values),
        "after-install": templates.render("deb-bundled/postinst.j2", **values),
        "before-remove": templates.render("deb-bundled/prerm.j2", **values),
        "after-remove": templates.render("deb-bundled/postrm.j2", **values),
    }


def changelog(package: Package) -> bytes:
    """What dpkg-parsechangelog reads (Policy 4.4)."""
    return templates.render(
        "deb-bundled/changelog.j2", package=package, date=format_datetime(package.released)
    ).encode()


def _depends(job: Job) -> tuple[str, ...]:
    """Policy 7.2. tzdata: Debian 12's python3 comes without."""
    bundle = job.inputs.bundle
    python = Pythons(installed_files.shipped(job.project, bundle).requires_python).debian()
    compiled = [] if bundle.pure else ["libc6", "libstdc++6"]
    extra = [one for one in job.project.tool.debian_depends if not one.startswith("python3-")]
    return (*python, "tzdata", SYSUSERS, *compiled, *extra)


def _libraries(site: Path) -> tuple[str, ...]:
    """Debian packages that distributions in the bundle make use of, where they are."""
    return tuple(package for module, package in LIBRARIES.items() if (site / module).is_dir())


def _system_files(job: Job) -> tuple[TargetFile, ...]:
    """The settings' group does not exist yet when dpkg unpacks them: the postinst sets it."""
    project = installed_files.shipped(job.project, job.inputs.bundle)
    files = installed_files.system_files(project, FORMAT_ID, epoch=job.epoch)
    return tuple(
        replace(file, group="root") if file.conffile else file
        for file in installed_files.compressed(files)
    )


def _documents(job: Job, package: Package) -> tuple[TargetFile, ...]:
    """Policy 12.5, 12.7; lintian's overrides with their reasons."""
    doc = f"/usr/share/doc/{package.name}"
    text = copyrights.text(job.project, package.bundle.site, common=True)
    overrides = templates.render(
        "deb-bundled/lintian-overrides.j2",
        package=package.name,
        application=job.project.is_application,
    )
    return (
        installed_files.sbom(job.project, job.inputs.sbom_of_bundle, package.name),
        TargetFile(f"{doc}/copyright", text.encode()),
        TargetFile(f"{doc}/changelog.Debian.gz", gzipped(changelog(package))),
        TargetFile(f"/usr/share/lintian/overrides/{package.name}", overrides.encode()),
    )
