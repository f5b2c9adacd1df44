"""The distributions' own testers: piuparts, the packages' smoke test, and the managers' records."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from platformdirs import user_cache_path

from shipways.formats import FORMATS
from shipways.machines import engine, image_cache
from shipways.machines.machine import Machine, machine
from shipways.verify.later_versions import Versions

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

SYSTEM = "debian:13+systemd"
PIUPARTS = (
    "piuparts --distribution=trixie --basetgz=/srv/base.tgz --no-eatmydata"
    " --mirror='http://deb.debian.org/debian main'"
)
DEBS = ("deb", "deb-bundled")


@pytest.fixture(scope="module")
def tester() -> Iterator[Machine]:
    """A machine with piuparts and the tree that it installs into."""
    image = image_cache.ensure(SYSTEM, packages=("apt-utils", "dpkg-dev", "piuparts"))
    with machine(image, systemd=True) as root, engine.temporary_folder("tree") as folder:
        base = image_cache.ensure(SYSTEM).ref
        container = engine.client().containers.create(base, labels=engine.labels())
        try:
            with gzip.open(folder / "base.tgz", "wb", 1) as file:
                tree: Any = container.export()
                file.writelines(tree)
        finally:
            container.remove()
        root.copy_in(folder / "base.tgz", "/srv/base.tgz")
        yield root


@pytest.mark.parametrize("name", DEBS)
def test_piuparts_installs_removes_and_purges(tester: Machine, built: Built, name: str) -> None:
    deb = built.artifact(name, ".deb")
    tester.copy_in(deb, f"/root/{deb.name}")
    tester.run(f"{PIUPARTS} --no-upgrade-test {deb.name} > log 2>&1 || cat log", timeout=600)
    assert "PASS: All tests." in tester.run("tail log", timeout=10).output


@pytest.mark.parametrize("name", DEBS)
def test_piuparts_upgrades(tester: Machine, built: Built, name: str, tmp_path: Path) -> None:
    deb = built.artifact(name, ".deb")
    cache = user_cache_path("shipways")
    later = Versions(built.project, tmp_path, cache).make(FORMATS[name], "next").file
    tester.run("rm -rf /srv/repo; mkdir /srv/repo", timeout=10)
    tester.copy_in(deb, f"/srv/repo/{deb.name}")
    tester.copy_in(later, f"/root/{later.name}")
    tester.run("cd /srv/repo && apt-ftparchive packages . > Packages", timeout=60)
    repo = "--bindmount=/srv/repo --extra-repo='deb [trusted=yes] file:///srv/repo ./'"
    options = f"{repo} --no-install-purge-test"
    tester.run(f"{PIUPARTS} {options} {later.name} > log 2>&1 || cat log", timeout=600)
    assert "PASS: All tests." in tester.run("tail log", timeout=10).output


def test_the_source_package_brings_a_smoke_test_that_passes(built: Built) -> None:
    """As autopkgtest runs it: tests of the source package, on a machine with the binary."""
    with machine(
        image_cache.ensure(SYSTEM, packages=("dpkg-dev", "xz-utils")), systemd=True
    ) as root:
        for file in built.record("deb").artifacts:
            root.copy_in(built.dist / file.path, f"/root/{file.path}")
        root.run("apt-get update", timeout=120)
        root.run("apt-get install -y ./*.deb", timeout=300)
        root.run("dpkg-source -x ./*.dsc /srv/source", timeout=60)
        control = root.run("cat /srv/source/debian/tests/control", timeout=10).output
        needed = [line[8:] for line in control.splitlines() if line.startswith("Depends:")]
        extra = [word for word in " ".join(needed).replace(",", " ").split() if "@" not in word]
        if extra:
            root.run(f"apt-get install -y {' '.join(extra)}", timeout=300)
        root.run("install -d -m 1777 /tmp/test", timeout=10)
        root.run("cd /srv/source && AUTOPKGTEST_TMP=/tmp/test sh debian/tests/smoke", timeout=120)
