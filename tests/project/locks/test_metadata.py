"""Requirements by the project's build backend (PEP 517)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shipways.errors import BuildError, LockMismatch
from shipways.project import locks
from shipways.project.locks import metadata

FIELDS = {
    "Requires-Dist": ["django>=5", 'gunicorn; extra == "server"', 'x; python_version < "3.12"'],
    "Requires-Python": [">=3.10"],
    "Provides-Extra": ["server"],
}


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: Sequence[str | Path], **options: Any) -> None:
        assert Path(argv[-2], "setup.py").is_file(), "it works on a copy"
        Path(argv[-1]).write_text(json.dumps(FIELDS), encoding="utf-8")

    monkeypatch.setattr(metadata, "run", run)


@pytest.mark.usefixtures("backend")
def test_extras(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    locked = locks.find(tmp_path)
    assert (locked.kind, locked.requires_python) == ("metadata", ">=3.10")
    assert list(map(str, locked.direct)) == ["django>=5", 'x; python_version < "3.12"']
    with_server = locks.find(tmp_path, extras=("server",)).direct
    assert "gunicorn" in map(str, with_server)
    with pytest.raises(LockMismatch, match="has no extra 'bogus'"):
        locks.find(tmp_path, extras=("bogus",))


def test_a_backend_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: Sequence[str | Path], **options: Any) -> None:
        raise BuildError("ModuleNotFoundError: No module named 'x'\nThe command was: …")

    monkeypatch.setattr(metadata, "run", run)
    (tmp_path / "setup.py").touch()
    with pytest.raises(LockMismatch, match=r"setup\.py: .* no metadata: ModuleNotFoundError") as it:
        locks.find(tmp_path)
    assert "command" not in it.value.message


def test_a_configuration_of_linters_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nmax-line-length = 100\n")
    assert metadata.finds(tmp_path) is None
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = x\n")
    assert metadata.finds(tmp_path) == tmp_path / "setup.cfg"


@pytest.mark.process
def test_setuptools_itself(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\n"
        "setup(name='x', version='1', py_modules=[], install_requires=['django>=5'],\n"
        "      extras_require={'server': ['gunicorn']}, python_requires='>=3.10')\n"
    )
    locked = locks.find(tmp_path, extras=("server",))
    assert set(map(str, locked.direct)) == {"django>=5", "gunicorn"}
    assert [path.name for path in tmp_path.iterdir()] == ["setup.py"], "nothing is left in the tree"
