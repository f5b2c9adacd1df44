"""What the .rpm is called, needs and holds.

Scriptlets follow Fedora's guidelines but for one thing: the service is enabled and started, as on
Debian, where Fedora leaves that to presets.
https://docs.fedoraproject.org/en-US/packaging-guidelines/Scriptlets/
"""

from __future__ import annotations

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

FORMAT_ID = "rpm"
RELEASE = "1"
LIBRARIES = {"psycopg": "libpq"}  # what a pure-Python distribution loads only when it is used
SCRIPTLETS = {
    "before-install": "rpm/pre.j2",
    "after-install": "rpm/post.j2",
    "before-remove": "rpm/preun.j2",
    "after-remove": "rpm/postun.j2",
}


def describe(job: Job) -> Package:
    """The package in rpm's words."""
    bundle = job.inputs.bundle
    project, site = installed_files.shipped(job.project, bundle), bundle.site
    about = plain(project.description)
    return Package(
        project=project,
        kind="rpm",
        name=project.name,
        version=versions.upstream(project.version),
        version_epoch=versions.epoch(project.version),
        release=RELEASE,
        architecture=packagers.architecture("rpm", bundle.pure),
        summary=_capital(synopsis(project.summary)),
        description=templates.render("rpm/description.j2", project=project, about=about).strip(),
        depends=_depends(job),
        suggests=tuple(name for module, name in LIBRARIES.items() if (site / module).is_dir()),
        provides=(f"user({project.name})", f"group({project.name})"),
        files=_files(job),
        bundle=bundle,
        scripts=scripts(project),
        epoch=job.epoch,
    )


def scripts(project: Project) -> dict[str, str]:
    """Scriptlets, by fpm's names for them."""
    values = {
        "project": project,
        "sysusers": templates.render("systemd/sysusers.conf.j2", project=project),
    }
    return {name: templates.render(recipe, **values) for name, recipe in SCRIPTLETS.items()}


def file_name(project: Project, architecture: str) -> str:
    """NAME-VERSION-RELEASE.ARCHITECTURE.rpm: without an epoch, as rpmbuild names it."""
    return f"{project.name}-{versions.upstream(project.version)}-{RELEASE}.{architecture}.rpm"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _depends(job: Job) -> tuple[str, ...]:
    project = installed_files.shipped(job.project, job.inputs.bundle)
    return (*Pythons(project.requires_python).rpm(), "systemd")


def _files(job: Job) -> tuple[TargetFile, ...]:
    bundle = job.inputs.bundle
    project = installed_files.shipped(job.project, bundle)
    files = installed_files.system_files(project, FORMAT_ID, epoch=job.epoch)
    text = copyrights.text(project, bundle.site)
    licence = TargetFile(f"/usr/share/licenses/{project.name}/copyright", text.encode())
    return (
        *installed_files.compressed(files),
        licence,
        installed_files.sbom(project, job.inputs.sbom_of_bundle),
    )
