"""What other programs may call, and what the distributions hold."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

import shipways
from shipways import api
from shipways.errors import ProjectError, UsageError
from shipways.util.command import run

ROOT = Path(__file__).parents[1]


def test_the_interface_is_all_that_is_offered() -> None:
    assert shipways.__all__ == api.__all__
    for name in api.__all__:
        assert inspect.getdoc(getattr(shipways, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = shipways.nothing


def test_a_project_is_read(notes: Path) -> None:
    assert shipways.load_project(str(notes)).version == "1.2.0"
    with pytest.raises(ProjectError):
        shipways.load_project(notes / "elsewhere")
    with pytest.raises(UsageError, match="There is no"):
        shipways.load_results(notes / "results.json")


@pytest.mark.process
def test_the_package_is_light_and_typed() -> None:
    code = "import shipways, sys; print(len([m for m in sys.modules if m.startswith('shipways')]))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "1\n"
    assert (Path(shipways.__file__).parent / "py.typed").is_file()


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toolkit's own wheel and sdist, built from what Git tracks."""
    place = tmp_path_factory.mktemp("own")
    names = run(["git", "-C", ROOT, "ls-files", "-z"], timeout=60).output.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            target = place / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--installer=uv", f"--outdir={place}"]
    run([*command, place / "source"], timeout=600, log_file=place / "log")
    return place


def tracked(*folders: str) -> set[str]:
    names = run(["git", "-C", ROOT, "ls-files", "-z", *folders], timeout=60).output.split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}


@pytest.mark.process
def test_the_wheel_holds_the_toolkit_and_its_recipes(distributions: Path) -> None:
    with ZipFile(next(distributions.glob("*.whl"))) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    recipes = {f"shipways/_{name}" for name in tracked("packaging")}
    modules = tracked("runtime/shipways_runtime")
    runtime = {name.replace("runtime/shipways_", "shipways/_", 1) for name in modules}
    source, compiled = (f"shipways/report/locale/ru/LC_MESSAGES/shipways.{end}o" for end in "pm")
    assert inside == (tracked("shipways") - {source}) | {compiled} | recipes | runtime


@pytest.mark.process
def test_the_sdist_holds_what_builds_and_tests_it(distributions: Path) -> None:
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()} - {"PKG-INFO"}
    folders = ("shipways", "packaging", "runtime", "tests")
    files = {
        *("CHANGELOG.md", "LICENSE", "README.md", "bootstrap", "noxfile.py"),
        *("pyproject.toml", ".gitignore", "hatch_build.py"),
    }
    assert inside == tracked(*folders) | files
