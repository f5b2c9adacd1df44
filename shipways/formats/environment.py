"""A virtual environment on the target: where the wheel and the link to the repository install to.

One of its own, as PEP 668 asks for on the system's Python.
"""

from __future__ import annotations

import shlex

from shipways.formats import several
from shipways.formats.step import Step
from shipways.project.model import DEFAULT_PORT, Project
from shipways.util.messages import mark as _


def home(name: str) -> str:
    """The environment's folder."""
    return f"/opt/{name}"


def make(name: str) -> str:
    """The command that makes the environment."""
    return f"python3 -m venv {home(name)}"


def install(name: str, what: str) -> str:
    """The command that installs something into it."""
    return f"{home(name)}/bin/pip install {shlex.quote(what)}"


def program(project: Project, name: str = "", *variables: str) -> str:
    """The project's command, with all that it has to know; arguments come behind it."""
    name = name or project.name
    state = f"{project.tool.state_dir_variable}=/var/lib/{name}"
    return shlex.join(["env", *variables, state, f"{home(name)}/bin/{project.command}"])


def serve(project: Project, name: str = "", *variables: str) -> str:
    """The command that serves."""
    return f"{program(project, name, *variables)} {shlex.join(project.tool.serve)}"


def prerequisites(packages: str, why: str) -> tuple[Step, ...]:
    """Steps that bring what the environment is made with."""
    fetch = f"apt-get install -y {packages}"
    return (
        Step("prerequisite", "apt-get update", _("refresh the list of packages"), manager="apt"),
        Step("prerequisite", fetch, why, manager="apt"),
    )


def start(project: Project) -> Step:
    """The step that serves, in the foreground."""
    tool = project.tool
    other = [f"{tool.bind_variable}=127.0.0.1:{tool.port}"] if tool.port != DEFAULT_PORT else []
    command = serve(project, "", *other)
    return Step("start", command, _("migrate, then serve in the foreground"), foreground=True)


def instance(project: Project, what: str, number: int) -> list[str]:
    """An environment for each instance, and its command in the background."""
    name = several.name(project, number)
    own = serve(project, name, several.bind(project, number))
    return [make(name), install(name, what), several.in_background(own, name)]
