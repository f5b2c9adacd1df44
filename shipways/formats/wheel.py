"""The wheel and its sdist, by build (PEP 517): for anything with Python and pip.

The wheel has its bill of materials in its metadata (PEP 770); the sdist is source and has none.
"""

from __future__ import annotations

import shutil
from functools import partial
from importlib.metadata import version
from pathlib import Path

from shipways.formats import environment, linters, listing
from shipways.formats.base import Format, Job, Product, Tool
from shipways.formats.several import Several
from shipways.formats.step import Step
from shipways.inputs import sbom
from shipways.inputs.closure import Found
from shipways.project.model import Project
from shipways.project.python_versions import Pythons
from shipways.results import Builder, Lint
from shipways.util.messages import mark as _


def build(job: Job) -> Product:
    """Take both distributions from the inputs: every other format is made from this wheel."""
    made = (job.inputs.wheel, job.inputs.sdist)
    paths = tuple(job.work / path.name for path in made)
    for path, copy in zip(made, paths, strict=True):
        shutil.copyfile(path, copy)
    materials = sbom.write(job.work, paths[0].name, job.inputs.sbom_of_lock)
    return Product(paths, Builder(tool="build", version=version("build")), sbom=materials)


def lint(job: Job, product: Product) -> list[Lint]:
    """What PyPI would say of the metadata, and what is wrong inside the wheel."""
    return [
        linters.check("twine", ["twine", "check", "--strict", *product.paths], job.logs),
        linters.check(
            "check-wheel-contents",
            ["check-wheel-contents", product.paths[0]],
            job.logs,
            cwd=job.project.root,  # its settings are in the project's pyproject.toml
        ),
    ]


def file_name(project: Project) -> str:
    """PEP 427; of a project without compiled modules."""
    return f"{project.distribution.replace('-', '_')}-{project.version}-py3-none-any.whl"


def steps(project: Project, file: str) -> tuple[Step, ...]:
    """Into an environment of its own."""
    name = project.name
    install = environment.install(name, f"./{file}")
    return (
        *environment.prerequisites("python3-venv", _("Python, pip and venv")),
        Step("install", environment.make(name), _("an environment of its own")),
        Step("install", install, f"{name} and its dependencies, from PyPI"),
        environment.start(project),
        Step("upgrade", install, _("the new wheel over the old one; then start again")),
        Step("rollback", install, _("the previous wheel over the new one; then start again")),
        Step("remove", f"rm -r {environment.home(name)}", _("the program; the data stays")),
    )


def instance(project: Project, file: str, number: int) -> list[str]:
    """An environment of its own for each instance."""
    return environment.instance(project, f"./{file}", number)


def needs(project: Project) -> str:
    pythons = Pythons(project.requires_python).words
    return f"Python {pythons} with venv, and a package index for the dependencies"


def holds(_project: Project, path: Path) -> list[Found]:
    """Each of the two is the app's, and nobody else's."""
    return listing.of_wheel(path) if path.suffix == ".whl" else listing.of_sdist(path)


FORMAT = Format(
    id="wheel",
    title=_("Python wheel"),
    kind="package",
    installs_on=_("anything with Python and pip, pipx or uv"),
    needs=needs,
    uses=("distributions",),
    tools=(Tool("build", partial(version, "build"), "pip install build"),),
    build=build,
    lint=lint,
    steps=steps,
    holds=holds,
    file_name=file_name,
    several=Several(("prerequisite",), instance),
)
