"""What stands where the tool reads and writes: of every wrong kind, and what the system refuses."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.errors import UsageError
from shipways.results import ProjectRecord, Results
from shipways.util import os_errors, places
from shipways.util.command import run

pytestmark = pytest.mark.process  # a build asks Git and pip; nothing is built to its end


def unbound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def folder(path: Path) -> None:
    path.mkdir()
    (path / "kept").write_text("kept")


KINDS: dict[str, Callable[[Path], object]] = {
    "a file": lambda path: path.write_text("kept"),
    "a folder": folder,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link that cannot be followed": lambda path: path.symlink_to(path.name),
    "a pipe": lambda path: os.mkfifo(path),
    "a device": lambda path: path.symlink_to("/dev/null"),
    "a socket": unbound,
}
FILES = ("results.json", "SHA256SUMS", "report.html", "report.md", ".lock")
NOT_A_FILE = [kind for kind in KINDS if kind != "a file"]
NOT_A_FOLDER = [kind for kind in KINDS if kind != "a folder"]


def seen(path: Path) -> tuple[object, ...]:
    """What stands at a path, without following links."""
    mode, link = path.lstat().st_mode, path.readlink() if path.is_symlink() else None
    if path.is_symlink() or path.is_fifo() or path.is_socket():
        return mode, link
    inside = sorted(path.iterdir()) if path.is_dir() else path.read_bytes()
    return mode, link, inside


@pytest.fixture
def shipways(
    notes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run a command in the project; its exit code and what it says, which is no traceback."""
    monkeypatch.chdir(notes)
    monkeypatch.setenv("SHIPWAYS_CACHE", str(notes / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    def called(*arguments: str | Path) -> tuple[int, str]:
        code = cli.main([*map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.err

    return called


Shipways = Callable[..., tuple[int, str]]


@pytest.mark.parametrize("kind", KINDS)
def test_kind(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    KINDS[kind](tmp_path / "it")
    assert places.kind(tmp_path / "it") == kind
    assert places.kind(tmp_path / "other") == ""
    assert places.kind(Path(__file__) / "below") == ""


@pytest.mark.parametrize("kind", NOT_A_FILE)
@pytest.mark.parametrize("name", FILES)
def test_no_file_in_dist(kind: str, name: str, notes: Path, shipways: Shipways) -> None:
    (notes / "dist").mkdir()
    KINDS[kind](notes / "dist" / name)
    before = seen(notes / "dist" / name)
    code, said = shipways("build", "tarball")
    assert (code, seen(notes / "dist" / name)) == (2, before)
    assert f"dist/{name} is {kind}, and has to be a file.\nMove it away, or" in said
    assert [path.name for path in (notes / "dist").iterdir()] == [name], "nothing was begun"


@pytest.mark.parametrize("kind", NOT_A_FOLDER)
@pytest.mark.parametrize("name", ["dist", "dist/logs", "cache"])
def test_no_folder(kind: str, name: str, notes: Path, shipways: Shipways) -> None:
    (notes / name).parent.mkdir(exist_ok=True)
    KINDS[kind](notes / name)
    before = seen(notes / name)
    code, said = shipways("build", "tarball")
    assert (code, seen(notes / name)) == (2, before)
    assert f"{notes / name} is {kind}, and has to be a folder.\n" in said


@pytest.mark.parametrize("kind", NOT_A_FOLDER)
@pytest.mark.parametrize("name", ["inputs", "tarball"])
def test_no_folder_for_logs(kind: str, name: str, notes: Path, shipways: Shipways) -> None:
    (notes / "dist" / "logs").mkdir(parents=True)
    KINDS[kind](notes / "dist" / "logs" / name)
    code, said = shipways("build", "tarball")
    assert code == 2
    assert f"dist/logs/{name} is {kind}, and has to be a folder.\n" in said


@pytest.mark.parametrize("kind", ["a file", "a pipe", "a link to nothing"])
def test_a_folder_below_something_else(kind: str, notes: Path, shipways: Shipways) -> None:
    KINDS[kind](notes / "it")
    code, said = shipways("build", "tarball", "--dist", "it/dist")
    assert code == 2
    assert f"it is {kind}, and has to be a folder." in said


@pytest.mark.parametrize("kind", [*NOT_A_FILE, ""])
@pytest.mark.parametrize("command", ["build", "verify", "claims", "try", "doctor", "instructions"])
def test_no_pyproject(kind: str, command: str, notes: Path, shipways: Shipways) -> None:
    (notes / "pyproject.toml").unlink()
    if kind:
        KINDS[kind](notes / "pyproject.toml")
    more = ["deb"] if command == "try" else []
    code, said = shipways(command, *more, "--project", ".")
    assert code == 2
    told = f"pyproject.toml is {kind}, and has to be a file." if kind else "There is no "
    assert told in said


@pytest.mark.parametrize("kind", NOT_A_FILE)
def test_no_results_to_read(kind: str, notes: Path, shipways: Shipways) -> None:
    KINDS[kind](notes / "it.json")
    (notes / "dist").mkdir()
    KINDS[kind](notes / "dist" / "results.json")
    results.save(Results(project=ProjectRecord(name="n", version="1")), notes / "good.json")
    for argv in (
        ["compare", "it.json", "good.json"],
        ["compare", "good.json", "it.json"],
        ["report"],
        ["report", "--dist", ".", "--baseline", "it.json"],
        ["verify"],
        ["claims"],
        ["try", "deb"],
    ):
        if "--baseline" in argv:
            (notes / "good.json").rename(notes / "results.json")
        code, said = shipways(*argv)
        assert code == 2, (argv, said)
        assert f".json is {kind}, and has to be a file." in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "There is no Django project in "),
        (b"\n\n[proj\xe9ct]\n", "is not UTF-8: byte 0xE9 at line 3, column 6."),
        (b"[project\n", "at line 1, column 9"),
        (b"[project]\nname = notes\n", "at line 2, column 8"),
        (b"\xff\xfe[\x00", "is not UTF-8: byte 0xFF at line 1, column 1."),
        (b"x = " + b"[" * 100_000, "is not valid TOML"),
        (b"\xef\xbb\xbf[project]\n", "There is no Django project in "),
        (b"# " + b"x" * places.LARGEST, "is too large, 67,108,866 bytes."),
        (b"\0", "is not valid TOML"),
    ],
    ids=["empty", "latin-1", "table", "value", "utf-16", "deep", "mark", "huge", "zero"],
)
def test_content_of_pyproject(content: bytes, says: str, notes: Path, shipways: Shipways) -> None:
    (notes / "pyproject.toml").write_bytes(content)
    code, said = shipways("build", "wheel")
    assert code == 2
    assert "pyproject.toml" in said
    assert says in said


def test_project_is_a_file(notes: Path, shipways: Shipways) -> None:
    code, said = shipways("build", "wheel", "--project", "pyproject.toml")
    assert code == 2
    assert "Name the project's folder with --project" in said


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b'{"schema": 99, "host": {"shipways": "7.1"}, "new": 1}', 2,
         "was written by shipways 7.1 in schema 99; this is shipways "),
        (b'{"schema": 3, "host": [], "project": 3}', 2, "by another version of shipways in sch"),
        (b'{"schema": 0, "project": {"name": "n", "version": "1"}}', 2, "in schema 0;"),
        (b'{"schema": "one"}', 1, "is not a results file"),
        (b"{", 1, "is not a results file"),
        (b"", 1, "is not a results file"),
        (b"[]", 1, "is not a results file"),
        (b"\xff", 1, "is not a results file"),
        (b'{"schema": 2}', 1, "is not a results file"),
        (b'{"schema": 2, "x": ' + b"[" * 100_000, 1, "is not a results file"),
    ],
    ids=["99", "3", "0", "one", "half", "empty", "list", "bytes", "no project", "deep"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["build", "report", "verify", "claims"])
def test_results_of_another_kind_are_kept(
    command: str, content: bytes, code: int, says: str, notes: Path, shipways: Shipways
) -> None:
    (notes / "dist").mkdir()
    (notes / "dist" / "results.json").write_bytes(content)
    found, said = shipways(command)
    assert found == code
    assert says in said
    assert "dist/results.json" in said
    assert "Move it away" in said
    assert (notes / "dist" / "results.json").read_bytes() == content


def test_every_refusal_has_words() -> None:
    for number, step in os_errors.NEXT_STEPS.items():
        told = os_errors.explain(OSError(number, "", "/from", None, "/to")).reason
        assert told == f"{os.strerror(number)} at /to.\n{step}"
    assert os_errors.explain(OSError(errno.ENOSPC, "")).reason.startswith(
        "No space left on device.\n"
    )
    assert os_errors.explain(OSError("cannot")).reason == "cannot."
    assert os_errors.explain(OSError(errno.EIO, "", b"/\xff")).reason.startswith("Input/output")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that cannot be written to, not even by root."""
    mount = tmp_path / "read only"
    mount.mkdir()
    run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", mount], timeout=30)
    yield mount
    run(["umount", "-l", mount], timeout=30)


@pytest.mark.acceptance  # mounts: a container without that right runs the fast tests as well
def test_a_disk_for_reading_only(read_only: Path, notes: Path, shipways: Shipways) -> None:
    code, said = shipways("build", "tarball", "--dist", read_only)
    assert code == 1
    assert f"Read-only file system at {read_only}" in said
    assert "mounted for reading only" in said
    assert "free" not in said.lower()


def test_a_name_that_is_too_long(notes: Path, shipways: Shipways) -> None:
    code, said = shipways("build", "tarball", "--dist", "x" * 300)
    assert code == 1
    assert "File name too long at " in said
    assert "Shorten the names" in said


def test_no_text_is_read_but_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes("\ufeffone\nzwö\n".encode())
    assert places.text(path) == "one\nzwö\n"
    path.write_bytes("one\nzwö\n".encode("latin-1"))
    with pytest.raises(UsageError, match="byte 0xF6 at line 2, column 3"):
        places.text(path)
