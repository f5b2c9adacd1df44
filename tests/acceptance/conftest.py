"""Every format of the sample, built once for all acceptance tests, by the command line itself."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.machines import engine, image_cache
from shipways.machines.machine import machine
from shipways.project import model
from shipways.project.model import Project
from shipways.results import FormatRecord

ROOT = Path(__file__).parents[2]
REGISTRY = (  # one that asks for no password
    r"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /srv\nhttp:\n  addr: :5000\n"
)
REGISTRY_START_S = 60


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

    def sbom(self, name: str) -> Path:
        """The bill of materials beside the format's main file."""
        found = self.record(name).sbom
        assert found is not None
        return self.dist / found.path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample and its artifacts."""
    return Built(model.load(ROOT / "demoapp"), tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def copy_of_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes copies of the sample's source that a test may change."""
    from shipways.project import source_tree

    def make() -> Path:
        target = tmp_path_factory.mktemp("sample") / "demoapp"
        source_tree.snapshot(ROOT / "demoapp", target)
        return target

    return make


@pytest.fixture(scope="session")
def registry() -> Callable[[Mapping[str, str]], AbstractContextManager[str]]:
    """Starts a registry on the loopback (Debian's, on a clean machine) and gives its address.

    It offers some of the engine's images: name there -> name here.
    """

    @contextmanager
    def start(offered: Mapping[str, str]) -> Iterator[str]:
        keeper = image_cache.ensure("debian:13", packages=("docker-registry",))
        with machine(keeper, ports={5000: 0}) as root:
            root.run(f"printf '{REGISTRY}' > config.yml", timeout=10)
            serving = root.spawn("docker-registry serve config.yml", timeout=600)
            ports: Any = engine.client().containers.get(root.id).ports
            address = f"127.0.0.1:{ports['5000/tcp'][0]['HostPort']}"
            for name, here in offered.items():
                _push(f"{address}/{name}", here)
            yield address
            serving.interrupt("KILL")

    return start


def _push(name: str, here: str) -> None:
    """Push, and forget the name: who wants the image has to pull it."""
    known = engine.client().images
    repository, _, tag = name.rpartition(":")
    known.get(here).tag(repository, tag)
    limit = time.monotonic() + REGISTRY_START_S
    while "digest" not in (said := known.push(repository, tag)):
        assert time.monotonic() < limit, said
        time.sleep(0.5)  # it does not listen yet
    known.remove(name)
