"""The copyright file: made of texts in whatever encoding their authors chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import ProjectError
from shipways.formats import dep5_copyright as copyrights
from shipways.project import model

LICENCE = "Copyright (c) 2020 René Müller\n\nNimm’s, wie Du willst.\n"
METADATA = """\
Metadata-Version: 2.4
Name: {name}
Version: 1.0
Author: Zoë Ångström
License-Expression: MIT
License-File: LICENSE
"""


def add(site: Path, name: str, encoding: str, ending: str = "\n") -> None:
    info = site / f"{name}-1.0.dist-info"
    (info / "licenses").mkdir(parents=True)
    for path, text in (
        ("METADATA", METADATA.format(name=name)),
        ("licenses/LICENSE", LICENCE),
        ("RECORD", f"{name}/naïve.py,,\n{info.name}/METADATA,,\n"),
    ):
        (info / path).write_bytes(text.replace("\n", ending).encode(encoding))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_texts_in_any_encoding(notes: Path, tmp_path: Path, encoding: str, ending: str) -> None:
    """The project's own and a dependency's."""
    for name in ("notes_app", "helper"):
        add(tmp_path / "site", name, encoding, ending)
    text = copyrights.text(model.load(notes), tmp_path / "site")
    assert text.count("Copyright: 2020 René Müller\n") == 2
    assert text.count(" Nimm’s, wie Du willst.\n") == 2
    assert "usr/lib/notes-app/site-packages/helper/*" in text
    assert "\r" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_readme_in_any_encoding(notes: Path, encoding: str) -> None:
    (notes / "README.md").write_bytes("# Notes\r\n\r\nFür alle.\r\n".encode(encoding))
    assert model.load(notes).description == "# Notes\n\nFür alle.\n"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_pyproject_is_utf_8_by_its_standard(notes: Path, encoding: str) -> None:
    file = notes / "pyproject.toml"
    text = file.read_text(encoding="utf-8").replace("Ada Lovelace", "Zoë Ångström")
    file.write_bytes(text.encode(encoding))
    with pytest.raises(ProjectError, match=r"pyproject\.toml is not UTF-8: byte .* at line \d+"):
        model.load(notes)
