"""Where downloads are kept, and what an ordinary user without a home is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import UsageError
from shipways.util import cache

NOBODY = 54321  # has no entry in passwd(5)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", [cache.VARIABLE, "XDG_CACHE_HOME"])
def test_it_is_made_where_a_variable_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "a" / "b"))
    found = cache.folder()
    assert found.is_dir()
    assert found.is_relative_to(tmp_path / "a" / "b")


def test_a_file_in_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))
    with pytest.raises(UsageError, match="file is a file, and has to be a folder") as caught:
        cache.folder()
    assert "XDG_CACHE_HOME" in caught.value.hint
