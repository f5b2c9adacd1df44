"""Every format of the sample, built once for all acceptance tests, by the command line itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways import project, results
from shipways.project import Project
from shipways.results import FormatRecord

ROOT = Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class Built:
    """Where formats of the sample are built when first asked for."""

    project: Project
    dist: Path

    def record(self, name: str) -> FormatRecord:
        """The row of one format, built cold and warm; fails with its reason when it is not ok."""
        found = results.load(self.dist / results.FILE_NAME)
        if found is None or name not in found.formats:
            cli.main(["build", name, "--project", str(self.project.root), "--dist", str(self.dist)])
            found = results.load(self.dist / results.FILE_NAME)
        assert found is not None
        record = found.formats[name]
        assert record.status == "ok", record.reason
        return record

    def artifact(self, name: str, suffix: str = "") -> Path:
        """The format's main file, or the one with this suffix."""
        files = self.record(name).artifacts
        return self.dist / next(file.path for file in files if file.path.endswith(suffix))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample and its artifacts."""
    return Built(project.load(ROOT / "demoapp"), tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def copy_of_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes copies of the sample's source that a test may change."""
    from shipways import source

    def make() -> Path:
        target = tmp_path_factory.mktemp("sample") / "demoapp"
        source.snapshot(ROOT / "demoapp", target)
        return target

    return make
