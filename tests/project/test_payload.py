"""What is delivered of a project's files: all that Git tracks, as it lies, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipways.errors import SourceError
from shipways.project import payload, source_tree
from shipways.util.command import run
from tests.project.sites import SITE, write

pytestmark = pytest.mark.process
NAMES = (
    ".env.example", "a name with spaces.txt", "docs/dist/kept.txt", "ünïcode.txt", "dist/page.html",
    ".hypothesis/x", "node_modules/left/index.js", "build/made.txt", "mysite/.hidden",
    "#odd[1].txt", ".tox/x", ".venv/x", ".pytest_cache/x", ".DS_Store",
)  # fmt: skip


def git(root: Path, *words: str) -> None:
    run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words], timeout=60, cwd=root
    )


def listed(tree: Path) -> dict[str, str]:
    """Path -> kind: "x" for a program, the target for a link, "" for another file."""
    found = {}
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file():
            found[name] = "x" if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else ""
    return found


@pytest.fixture
def tracked(tmp_path: Path) -> Path:
    root = write(tmp_path / "mysite", {**SITE, **dict.fromkeys(NAMES, "x")})
    (root / "manage.py").chmod(0o755)
    (root / "link").symlink_to("mysite/settings.py")
    (root / "folder").symlink_to("mysite")
    git(root, "init", "-q")
    git(root, "add", "-f", ".")
    (root / "db.sqlite3").write_text("mine")
    (root / ".gitignore").write_text("db.sqlite3\nmade/\n")
    write(root, {"made/app.js": "1", "made/app.css": "2"})
    return root


def test_all_that_git_tracks_arrives(tracked: Path, tmp_path: Path) -> None:
    payload.write(tracked, tmp_path / "tree")
    found = listed(tmp_path / "tree")
    assert set(found) == {str(path) for path in source_tree.files(tracked)}
    assert {*NAMES, *SITE} <= set(found)
    assert found["manage.py"] == "x"
    assert (found["link"], found["folder"]) == ("mysite/settings.py", "mysite")


def test_include_and_exclude(tracked: Path, tmp_path: Path) -> None:
    payload.write(tracked, tmp_path / "tree", ["/made/"], ["*.css", "/docs/"])
    found = listed(tmp_path / "tree")
    assert "made/app.js" in found
    assert not [name for name in found if name.endswith(".css") or name.startswith("docs")]
    assert not (tmp_path / "tree" / "docs").exists()


def test_a_link_to_what_is_left_out_is_an_error(tracked: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'link' is a link to 'mysite/settings\.py'"):
        payload.write(tracked, tmp_path / "tree", (), ["settings.py"])


def test_without_git_nothing_of_this_machine_goes_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = {"db.sqlite3": "mine", ".env": "SECRET=1", ".env.example": "SECRET=", "media/a.png": "x",
            "mysite/static/media/b.png": "x", "mysite/__pycache__/urls.pyc": "x"}  # fmt: skip
    root = write(tmp_path / "mysite", {**SITE, **more})
    payload.write(root, tmp_path / "tree")
    assert set(listed(tmp_path / "tree")) == {*SITE, ".env.example", "mysite/static/media/b.png"}
    said = " ".join(capsys.readouterr().err.split())
    assert "looks like this machine's own: '.env', 'db.sqlite3', 'media/a.png'" in said


def test_what_git_tracks_is_nobody_s_own(tmp_path: Path) -> None:
    root = write(tmp_path / "mysite", {**SITE, "fixtures/demo.sqlite3": "x"})
    git(root, "init", "-q")
    git(root, "add", ".")
    payload.write(root, tmp_path / "tree")
    assert "fixtures/demo.sqlite3" in listed(tmp_path / "tree")
