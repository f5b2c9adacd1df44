"""Later versions are copies with a raised version and one more migration."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from packaging.version import Version

from shipways.build.timed_build import Attempt, Cost, Workshop
from shipways.errors import ToolMissing, UsageError, VerifyError
from shipways.formats import FORMATS, Format, Product
from shipways.project import model
from shipways.project.model import Project
from shipways.results import Builder
from shipways.util.command import run
from shipways.verify import later_versions, targets

pytestmark = pytest.mark.process  # git lists the project's files


@pytest.fixture
def migrated(shipped: Project) -> Project:
    folder = shipped.root / "notes" / "board" / "migrations"
    folder.mkdir(parents=True)
    for name in ("__init__", "0001_initial", "0002_more"):
        (folder / f"{name}.py").write_text("")
    return shipped


@pytest.mark.parametrize(
    ("kind", "version", "atomic"), [("next", "1.2.1", True), ("broken", "1.2.2", False)]
)
def test_a_later_version(
    kind: str, version: str, atomic: bool, migrated: Project, tmp_path: Path
) -> None:
    later = later_versions.later(migrated, kind, tmp_path / "copy")
    assert (later.name, later.version) == (migrated.name, version)
    path = tmp_path / f"copy/notes/board/migrations/0003_shipways_{kind}.py"
    text = path.read_text("utf-8")
    ast.parse(text)
    assert "dependencies = [('board', '0002_more')]" in text
    assert f"atomic = {atomic}" in text
    assert (later_versions.REASON in text) is (kind == "broken")
    assert migrated.version == "1.2.0"


def test_formats_of_a_version_share_its_workshop(
    migrated: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops: list[Workshop] = []

    def attempt(shop: Workshop, wanted: Format, label: str, *, cold: bool) -> Attempt:
        assert (label, cold) == ("later", False)
        shops.append(shop)
        file = shop.work / f"{wanted.id}.file"
        return Attempt(Product((file,), Builder(tool="x")), Cost(), ("x",))

    def no_engine() -> None:
        raise ToolMissing("Docker does not answer.")

    monkeypatch.setattr(Workshop, "attempt", attempt)
    monkeypatch.setattr("shipways.machines.engine.client", no_engine)
    made = later_versions.Versions(migrated, tmp_path, tmp_path / "cache")
    wheel, deb = made.make(FORMATS["wheel"], "next"), made.make(FORMATS["deb"], "next")
    assert shops[0] is shops[1]
    assert (wheel.project.version, deb.file.name) == ("1.2.1", "deb.file")


def test_a_version_without_a_file_is_a_tag(
    migrated: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Attempt(Product((), Builder(tool="git")), Cost(), ())
    monkeypatch.setattr(Workshop, "attempt", lambda *_, **__: nothing)
    made = later_versions.Versions(migrated, tmp_path / "later", tmp_path / "cache")
    now, broken = made.linked(migrated, FORMATS["git"]), made.make(FORMATS["git"], "broken")
    assert now.repository == broken.repository
    assert (now.artifact, broken.artifact, broken.project.version) == (None, None, "1.2.2")
    with pytest.raises(VerifyError, match="git delivers no file"):
        print(now.file)
    assert now.repository
    tags = run(["git", "-C", now.repository, "tag"], timeout=30).output.split()
    assert tags == ["v1.2.0", "v1.2.2"]


def test_a_project_without_migrations(shipped: Project, tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match="has no migrations"):
        later_versions.later(shipped, "next", tmp_path / "copy")


@pytest.mark.parametrize(
    ("old", "new", "raised"),
    [
        ('version = "1.2.0"', "version = '1.2.0'  # stated here", "1.2.1"),
        ('version = "1.2.0"', 'version = "1!1.2.0-RC1"', "1!1.2.1"),
        ("[tool.setuptools]", '[tool.other]\nversion = "1.2.0"\n[tool.setuptools]', "1.2.1"),
    ],
)
def test_the_version_is_raised_where_it_is(
    old: str, new: str, raised: str, migrated: Project, tmp_path: Path
) -> None:
    path = migrated.root / "pyproject.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    later = later_versions.later(model.load(migrated.root), "next", tmp_path / "copy")
    assert later.version == raised
    told = (later.root / "pyproject.toml").read_text("utf-8")
    assert told.count(raised) == 1
    assert ("stated here" in told, "[tool.other]" in told) == ("stated" in new, "other" in new)


@pytest.mark.parametrize(
    ("version", "raised"),
    [
        ("1.0", "1.2"),
        ("2024.1.9", "2024.1.11"),
        ("1.0rc1", "1.2"),
        ("3!1.0.post1.dev2", "3!1.2"),
        ("1+local", "3"),
    ],
)
def test_versions_are_raised(version: str, raised: str) -> None:
    assert later_versions.raise_version(version, 2) == raised
    assert Version(version) < Version(later_versions.raise_version(version, 1)) < Version(raised)


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("wheel", ["debian:13", "debian:12"]),
        ("deb", ["debian:13"]),
        ("deb-bundled", ["debian:13", "debian:12"]),
        ("rpm", ["rpm"]),
        ("tarball", ["debian:13", "debian:12"]),
        ("docker", ["docker"]),
        ("compose", ["docker"]),
        ("git", ["debian:13", "debian:12"]),
    ],
)
def test_where_a_format_goes(name: str, fitting: list[str], shipped: Project) -> None:
    found = [
        target.id for target in targets.choose([]) if targets.fits(FORMATS[name], target, shipped)
    ]
    assert found == fitting


def test_an_unknown_target_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="no target 'debian:11'"):
        targets.choose(["debian:13", "debian:11"])
