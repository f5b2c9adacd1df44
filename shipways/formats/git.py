"""Nothing built: a link to the repository at a tag, which pip builds from (PEP 508, VCS support).

Its bill of materials names what the repository's lock names.
https://pip.pypa.io/en/stable/topics/vcs-support/
"""

from __future__ import annotations

import shlex

from shipways import sbom, source, versions
from shipways.artifact import Step
from shipways.command import version_of
from shipways.errors import ProjectError
from shipways.formats.base import Format, Job, Product
from shipways.formats.tools import GIT
from shipways.project import Project
from shipways.python_versions import Pythons
from shipways.results import Builder, Lint


def build(job: Job) -> Product:
    """Nothing to build; there has to be an address that the link can name."""
    if problem := obstacle(job.project):
        raise ProjectError(
            f"{job.project.root / 'pyproject.toml'}: {problem}.",
            hint='For example:\n    Repository = "https://git.example.org/notes"',
        )
    name = f"{job.project.name}-{versions.file_part(job.project.version)}-git"
    bill = sbom.write(job.work, name, job.inputs.bill_of_lock)
    builder = Builder(tool="git", version=version_of("git", "--version") or "")
    return Product((), builder, bill=bill)


def obstacle(project: Project) -> str:
    """Why there can be no link."""
    return "" if project.repository else "project.urls: has no Repository"


def link(project: Project) -> str:
    """What pip installs: the repository at the version's tag, and the folder in it."""
    folder = source.folder_in_repository(project.root)
    subdirectory = f"#subdirectory={folder}" if folder else ""
    return f"{project.distribution} @ git+{project.repository}@v{project.version}{subdirectory}"


def lint(_job: Job, _product: Product) -> list[Lint]:
    """There is no file to look at."""
    return []


def steps(project: Project) -> tuple[Step, ...]:
    """As for a wheel, with git besides: pip clones the repository and builds the wheel itself."""
    home = f"/opt/{project.name}"
    install = f"{home}/bin/pip install {shlex.quote(link(project))}"
    state = f"{project.tool.state_dir_variable}={project.state_dir}"
    serve = shlex.join(["env", state, f"{home}/bin/{project.command}", *project.tool.serve])
    return (
        Step("prerequisite", "apt-get update", "refresh the list of packages"),
        Step("prerequisite", "apt-get install -y git python3-venv", "git, Python, pip and venv"),
        Step("install", f"python3 -m venv {home}", "an environment of its own"),
        Step("install", install, "from the tag, with its dependencies from PyPI"),
        Step("start", serve, "migrate, then serve in the foreground"),
        Step("upgrade", install, "from the newer tag; then start again"),
        Step("rollback", install, "from the previous tag; then start again"),
        Step("remove", f"rm -r {home}", "the program; the data stays"),
    )


def needs(project: Project) -> str:
    pythons = Pythons(project.requires_python).words
    return f"Python {pythons} with venv, git, the repository and a package index"


FORMAT = Format(
    id="git",
    title="Link to the Git repository",
    installs_on="anything with Python, pip and git",
    needs=needs,
    uses=(),
    tools=(GIT,),
    build=build,
    lint=lint,
    steps=steps,
    obstacle=obstacle,
)
