"""Nothing built: a link to the repository at a tag, which pip builds from (PEP 508, VCS support).

Its bill of materials names what the repository's lock names.
https://pip.pypa.io/en/stable/topics/vcs-support/
"""

from __future__ import annotations

from shipways.errors import ProjectError
from shipways.formats import environment
from shipways.formats.base import Format, Job, Product
from shipways.formats.host_tools import GIT
from shipways.formats.several import Several
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.project import source_tree, versions
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util.command import version_of
from shipways.util.messages import mark as _


def build(job: Job) -> Product:
    """Nothing to build; there has to be an address that the link can name."""
    if problem := obstacle(job.project):
        raise ProjectError(
            f"{job.project.root / 'pyproject.toml'}: {problem}.",
            hint='For example:\n    Repository = "https://git.example.org/notes"',
        )
    name = f"{job.project.name}-{versions.file_part(job.project.version)}-git"
    materials = sbom.write(job.work, name, job.inputs.sbom_of_lock)
    builder = Builder(tool="git", version=version_of("git", "--version") or "")
    return Product((), builder, sbom=materials)


def obstacle(project: Project) -> str:
    """Why there can be no link."""
    if project.is_application:
        return "what pip installs from a repository is a package, and this project is none yet"
    return "" if project.repository else "project.urls: has no Repository"


def link(project: Project) -> str:
    """What pip installs: the repository at the version's tag, and the folder in it."""
    folder = source_tree.folder_in_repository(project.root)
    subdirectory = f"#subdirectory={folder}" if folder else ""
    return f"{project.distribution} @ git+{project.repository}@v{project.version}{subdirectory}"


def lint(_job: Job, _product: Product) -> list[Lint]:
    """There is no file to look at."""
    return []


def steps(project: Project, _file: str) -> tuple[Step, ...]:
    """As for a wheel, with git besides: pip clones the repository and builds the wheel itself."""
    name = project.name
    install = environment.install(name, link(project))
    return (
        *environment.prerequisites("git python3-venv", _("git, Python, pip and venv")),
        Step("install", environment.make(name), _("an environment of its own")),
        Step("install", install, _("from the tag, with its dependencies from PyPI")),
        environment.start(project),
        Step("upgrade", install, _("from the newer tag; then start again")),
        Step("rollback", install, _("from the previous tag; then start again")),
        Step("remove", f"rm -r {environment.home(name)}", _("the program; the data stays")),
    )


def instance(project: Project, _file: str, number: int) -> list[str]:
    """An environment of its own for each instance."""
    return environment.instance(project, link(project), number)


def needs(project: Project) -> str:
    pythons = Pythons(project.requires_python).words
    return f"Python {pythons} with venv, git, the repository and a package index"


FORMAT = Format(
    id="git",
    title=_("Link to the Git repository"),
    kind="link",
    installs_on=_("anything with Python, pip and git"),
    needs=needs,
    uses=(),
    tools=(GIT,),
    build=build,
    lint=lint,
    steps=steps,
    obstacle=obstacle,
    instead="Name the repository in pyproject.toml, for example:\n"
    '    Repository = "https://git.example.org/notes"',
    file_name=lambda _project: "",
    several=Several(("prerequisite",), instance),
)
