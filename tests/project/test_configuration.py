"""Where a project's configuration is, and which kind of project it speaks of."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import ProjectError, UsageError
from shipways.project import configuration, loader
from shipways.project.configuration import find


def test_an_empty_configuration_is_a_valid_one(tmp_path: Path) -> None:
    found = find(tmp_path)
    assert found.table == {}
    assert found.lock == tmp_path / "shipways.lock"


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"pyproject.toml": "[tool.shipways]\nport = 1"}, 1),
        ({"shipways.toml": "port = 2"}, 2),
        ({"pyproject.toml": "[tool.shipways]\nport = 1", "shipways.toml": "port = 2"}, 2),
        ({"pyproject.toml": "[project]\n"}, None),
    ],
)
def test_the_nearest_file_counts(tmp_path: Path, files: dict[str, str], port: int | None) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert find(tmp_path).table.get("port") == port


def test_a_file_that_is_named_lies_anywhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "kept" / "notes.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text("port = 3")
    (tmp_path / "shipways.toml").write_text("port = 2")
    found = find(tmp_path, elsewhere)
    assert found.table["port"] == 3
    assert found.lock == elsewhere.with_name(configuration.LOCK)


def test_one_that_is_named_is_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no .*none\.toml"):
        find(tmp_path, tmp_path / "none.toml")


def test_a_folder_is_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="There is no folder"):
        find(tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ('state-dir-variable = "X"', True),
        ('serve = ["run"]', True),
        ('settings = "a.b"', False),
        ("", False),
    ],
)
def test_whose_command_it_is(tmp_path: Path, text: str, is_own: bool) -> None:
    (tmp_path / "shipways.toml").write_text(text)
    assert loader.is_own_command(find(tmp_path)) is is_own
