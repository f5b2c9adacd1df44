"""What other programs may call; all else may change from one version to the next.

    import shipways

    project = shipways.load_project("path/to/project")
    results = shipways.build(project, ["wheel", "deb-bundled"])
    results.formats["wheel"].artifacts[0].bytes

Errors are `shipways.errors.ShipwaysError`, each with the exit code that the command line would end
with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from shipways import report, results
from shipways.build import pipeline
from shipways.build.dist import Dist
from shipways.errors import UsageError
from shipways.formats import Options, choose
from shipways.project import loader
from shipways.project.model import Project
from shipways.results import Results
from shipways.util import cache
from shipways.verify import runner

__all__ = ["Options", "Project", "Results", "build", "load_project", "load_results", "verify"]


def load_project(root: str | Path) -> Project:
    """Read the project in a folder. Raises `ProjectError` with the file, the key and an example."""
    return loader.load(Path(root))


def load_results(path: str | Path) -> Results:
    """Read a results.json. Raises `UsageError` where there is none."""
    found = results.load(Path(path))
    if found is None:
        raise UsageError(f"There is no {path}.", hint="Run: shipways build")
    return found


def build(
    project: Project,
    formats: Sequence[str] = (),
    dist: str | Path | None = None,
    options: Options | None = None,
    *,
    runs: int = 1,
    cold: bool = False,
) -> Results:
    """Build formats, none named means all, into `dist` (dist/ in the project), as the command does.

    The report is written as well. A format that cannot be built has the status "failed" or
    "skipped", with its reason, and does not keep the others from being built.
    """
    place = Path(dist or project.home / "dist").resolve()
    return pipeline.build(
        project,
        choose(formats),
        Dist(place),
        cache.folder(),
        options or Options(),
        publish=partial(report.render, dist=place),
        runs=runs,
        cold=cold,
        named=bool(formats),
    )


def verify(
    project: Project,
    formats: Sequence[str] = (),
    targets: Sequence[str] = (),
    dist: str | Path | None = None,
    options: Options | None = None,
    *,
    runs: int = 1,
) -> Results:
    """Follow what `dist` holds through its life on clean machines, as the command does."""
    place = Path(dist or project.home / "dist").resolve()
    return runner.verify(
        project,
        formats,
        targets,
        place,
        options or Options(),
        cache=cache.folder(),
        publish=partial(report.render, dist=place),
        runs=runs,
    )
