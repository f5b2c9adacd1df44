"""Sessions: each installs what it needs and calls shipways; `nox -l` lists them.

What stands after `--` goes on to shipways: `nox -s deb -- --project ../notes --compression fast`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent))
from shipways.util import trust  # it needs nothing that is not in Python

os.environ.update(trust.environment())  # for nox's own uv as well
nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["unit"]
nox.options.error_on_missing_interpreters = False  # of `unit`; who needs one names it and says so

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT, max_version="3.14")
SAMPLE = ("--project", "demoapp", "--dist", "dist")
READMES = ("--readme", "README.md", "--readme", "README.ru.md")
OLDEST_DJANGO = "django~=4.2.28"  # the one of Debian 13


def shipways(session: nox.Session, *arguments: str) -> None:
    """Run the toolkit on the sample, or on the project that the user names after `--`."""
    session.install("-e", ".[lint]")
    own = any(word.startswith("--project") for word in session.posargs)
    session.run("shipways", *arguments, *(() if own else SAMPLE), *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel and the sdist."""
    shipways(session, "build", "wheel")


@nox.session
def deb(session: nox.Session) -> None:
    """Build both Debian packages: the native one and the self-contained one."""
    shipways(session, "build", "deb", "deb-bundled")


@nox.session
def rpm(session: nox.Session) -> None:
    """Build the self-contained RPM package."""
    shipways(session, "build", "rpm")


@nox.session
def tarball(session: nox.Session) -> None:
    """Build the archive with instructions and an installer."""
    shipways(session, "build", "tarball")


@nox.session
def docker(session: nox.Session) -> None:
    """Build the container image and its archive."""
    shipways(session, "build", "docker")


@nox.session
def compose(session: nox.Session) -> None:
    """Build the stack with PostgreSQL and a proxy, and its archive for a server without network."""
    shipways(session, "build", "compose")


@nox.session
def git(session: nox.Session) -> None:
    """Note the link to the Git repository, which pip installs from."""
    shipways(session, "build", "git")


@nox.session
def verify(session: nox.Session) -> None:
    """Install what dist/ holds on clean machines and follow it through its whole life."""
    shipways(session, "verify")


@nox.session
def claims(session: nox.Session) -> None:
    """Measure what is said about containers: delivery, commands, moving, isolation, density."""
    shipways(session, "claims")


@nox.session(name="try")
def try_(session: nox.Session) -> None:
    """Install one artifact on a clean machine and open it on a local port: nox -s try -- deb."""
    shipways(session, "try")


@nox.session
def report(session: nox.Session) -> None:
    """Write the report again from dist/results.json."""
    shipways(session, "report")


@nox.session
def compare(session: nox.Session) -> None:
    """Say what changed between two runs: nox -s compare -- OLD.json NEW.json."""
    session.install("-e", ".")
    session.run("shipways", "compare", "--project", "demoapp", *session.posargs, silent=False)


@nox.session(python=PYTHONS, download_python="never")
def unit(session: nox.Session) -> None:
    """Run the fast tests, on every Python that is here: nox -s unit-3.13 for one of them."""
    session.install("-e", ".[lint]", *nox.project.dependency_groups(PYPROJECT, "test"))
    session.run("pytest", "-n=auto", "-m", "not acceptance and not browser", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the sample's tests on both ends of Django, units, acceptance and browser."""
    session.install("-e", ".[lint]", *nox.project.dependency_groups(PYPROJECT, "test"))
    sample(session, "--with-requirements", "requirements.lock")
    sample(session, "--with", OLDEST_DJANGO)
    session.run("pytest", "--cov", "--durations=15", "-m", "not endurance", *session.posargs)


@nox.session
def endurance(session: nox.Session) -> None:
    """Run what takes long: a swarm that loses a machine, a life under Podman, every newcomer."""
    session.install("-e", ".[lint]", *nox.project.dependency_groups(PYPROJECT, "test"))
    session.run("pytest", "-m", "endurance", "--durations=15", *session.posargs)


def sample(session: nox.Session, *choice: str) -> None:
    """Run the sample's own tests with some choice of its dependencies."""
    group = nox.project.dependency_groups(nox.project.load_toml("demoapp/pyproject.toml"), "test")
    wanted = [word for requirement in group for word in ("--with", requirement)]
    with session.chdir("demoapp"):
        session.run(
            *("uv", "run", "--isolated", "--no-project", "--with-editable", "."),
            *choice,
            *wanted,
            *("pytest", "-q"),
        )


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types of the toolkit and the sample."""
    groups = nox.project.dependency_groups(PYPROJECT, "dev")
    session.install("-e", ".[lint]", *groups)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("shellcheck", "bootstrap", ".ci/run")


@nox.session
def messages(session: nox.Session) -> None:
    """Bring the translations in step with the code, and compile them."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "messages"))
    Path("build").mkdir(exist_ok=True)
    session.run("pybabel", "--quiet", "extract")  # options: [tool.babel] of pyproject.toml
    session.run("pybabel", "update")
    session.run("pybabel", "compile")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/; a warning is an error."""
    session.install("-e", ".", *nox.project.dependency_groups(PYPROJECT, "docs"))
    session.run("mkdocs", "build", "--strict", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed and size against the tools alone, as ratios in one run."""
    session.install("-e", ".[lint]")
    session.run("python", "-m", "bench", *session.posargs)


@nox.session
def recipes(session: nox.Session) -> None:
    """Write docs/recipes: what each format's recipes look like for the sample."""
    session.install("-e", ".[lint]")
    for name in ("deb", "deb-bundled", "rpm", "tarball"):
        session.run(
            *("shipways", "eject", name, *SAMPLE, "--force", "--to", f"docs/recipes/{name}"),
            env={"SOURCE_DATE_EPOCH": "1767225600"},  # 2026-01-01: not that of each commit
        )


@nox.session
def instructions(session: nox.Session) -> None:
    """Write the sample's INSTALL.md and the README's table from the steps."""
    session.install("-e", ".")
    session.run("shipways", "instructions", "--project", "demoapp", *READMES)
