"""What an artifact holds, by its parts."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.inputs.sizes import contents


def wheel(folder: Path, name: str, **files: int) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, size in files.items():
            archive.writestr(member.replace("__", "/").replace("_py", ".py"), b"x" * size)
    return path


@pytest.fixture
def inputs(tmp_path: Path) -> Any:
    app = wheel(tmp_path, "notes_app", notes__a_py=7, notes__board__b_py=5, notes__board__c_py=3)
    return SimpleNamespace(
        wheel=app,
        image_wheelhouse=(wheel(tmp_path, "Django", django__x_py=11),),
        bundle=SimpleNamespace(contents={"notes-app": 9, "django": 10}),
    )


def test_a_bundle_is_the_app_and_its_dependencies(inputs: Any) -> None:
    parts = contents(inputs, ("distributions", "wheelhouse", "bundle"))
    assert parts == {"notes-app": 9, "django": 10}


def test_wheels_are_counted_unpacked(inputs: Any) -> None:
    assert contents(inputs, ("distributions", "image_wheelhouse")) == {
        "notes-app": 15,
        "django": 11,
    }


def test_the_app_alone_is_told_by_its_own_parts(inputs: Any) -> None:
    assert contents(inputs, ("distributions",)) == {"notes/a.py": 7, "notes/board": 8}


def test_a_link_holds_nothing(inputs: Any) -> None:
    assert contents(inputs, ()) == {}
