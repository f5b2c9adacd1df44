"""Whose bytes they are: of the app, its dependencies, the interpreter, or the system."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipways.project.model import Project
from shipways.results import Breakdown
from shipways.verify.file_snapshot import Tree

PACKAGES = re.compile(r"/(?:(?:site|dist)-packages|app/dependencies)/(?P<top>[^/]+)")
# Python itself as distributions, virtual environments and images have it; pip comes with it.
INTERPRETER = re.compile(
    r"/(?:lib|bin|include|share|doc|info)/(?:[^/]+/)?(?:lib)?(?:python|pip|pydoc|idle)[0-9.]*(?![a-z])"
    r"|/lib/python3|/pyvenv\.cfg$|/ensurepip/|/python-wheels/"
)
DATABASE = re.compile(r"/pgdata(?:/|$)")  # a new cluster is tens of MB of PostgreSQL's own tables
OWNERS = ("app", "dependencies", "interpreter", "system")
TOOLS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack", "distutils-precedence")


def breakdown(before: Tree, after: Tree, project: Project) -> Breakdown:
    """Bytes that came, split by owner; the parts add up to what the disk holds more than before."""
    then, now = by_owner(before, project), by_owner(after, project)
    return Breakdown(**{owner: now[owner] - then[owner] for owner in OWNERS})


def by_owner(tree: Tree, project: Project) -> dict[str, int]:
    """Bytes of each owner; a file with several names counts once."""
    sums = dict.fromkeys(OWNERS, 0)
    seen = set()
    for path, entry in tree.items():
        if entry.inode not in seen:
            seen.add(entry.inode)
            sums[owner(path, project)] += entry.size
    return sums


def owner(path: str, project: Project) -> str:
    """app, dependencies, interpreter or system."""
    installed = PACKAGES.search(path)
    if installed:
        return _owner_of_package(installed["top"], project)
    if INTERPRETER.search(path):
        return "interpreter"
    if DATABASE.search(path):
        return "system"
    return "app" if _named_after(path, (project.name, project.command)) else "system"


def _owner_of_package(top: str, project: Project) -> str:
    name = re.split(r"-[0-9]|\.", top)[0].lower().replace("-", "_")
    if name in app_packages(project):
        return "app"
    if name == "__pycache__" or name in TOOLS:
        return "interpreter"
    return "dependencies"


def app_packages(project: Project) -> set[str]:
    """Import names that belong to the project, and its distribution's own name."""
    modules = (project.tool.wsgi, project.tool.settings, project.entry_point)
    names = {re.split(r"[.:]", module)[0] for module in modules}
    return {name.lower() for name in names} | {project.distribution.replace("-", "_")}


def _named_after(path: str, names: Iterable[str]) -> bool:
    """Whether a part of the path is called NAME, NAME.service, NAME-bundled.list and the like."""
    pattern = "|".join(re.escape(name) for name in names)
    return re.search(rf"/(?:{pattern})(?:[./_-]|$)", path) is not None
