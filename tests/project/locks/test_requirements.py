"""Requirements files, hashed and plain, with all that may stand in them."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipways.errors import LockMismatch
from shipways.project import lockfile, locks
from shipways.project.locks import hashed_requirements, plain_requirements, requirements_file
from shipways.project.locks.base import Asked, Indexes, Locked
from shipways.project.pin import Pin
from tests.project.locks.conftest import COMMIT, COMMON, PEBBLE, names, origins

Made = Callable[[str], Path]
A = "a" * 64
HASH = f"--hash=sha256:{A}"


def write(root: Path, text: str, name: str = "requirements.txt") -> Path:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def plain(root: Path, text: str) -> Locked:
    return plain_requirements.read(write(root, text), root)


def direct(locked: Locked) -> list[str]:
    return [str(requirement) for requirement in locked.direct]


def test_reads_uvs_export(made: Made) -> None:
    root = made("uv")
    (root / "uv.lock").unlink()
    (root / "pylock.toml").unlink()
    locked = locks.find(root)
    assert locked.kind == "hashed_requirements"
    assert names(locked) == {*COMMON, "tzdata"} - {"pebble"}
    assert locked.is_locked
    assert "beautifulsoup4[html5lib]>=4.12" in direct(locked)


def test_what_is_written_is_read_back(made: Made) -> None:
    root = made("uv")
    locked = hashed_requirements.read(root / "requirements.lock", root)
    path = write(root, locks.as_requirements(locked), "again.lock")
    again = lockfile.read(path)
    assert [(p.name, p.version, p.hashes, p.marker) for p in again] == [
        (p.name, p.version, p.hashes, p.marker) for p in locked.pins
    ]


NAME = st.sampled_from(["django", "a", "typing-extensions", "x2", "backports-zoneinfo"])
VERSION = st.sampled_from(["1", "5.2.1", "2021.4b1", "1.0.post1", "1!2.0", "3.0rc1", "1.0+local.1"])
MARKER = st.sampled_from(
    ["", 'python_version < "3.11"', 'sys_platform == "linux" or os_name == "posix"']
)
PINS = st.builds(
    Pin,
    name=NAME,
    version=VERSION,
    hashes=st.frozensets(
        st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=3
    ),
    marker=MARKER,
)


@given(pins=st.lists(PINS, max_size=6, unique_by=lambda pin: (pin.name, pin.version, pin.marker)))
def test_any_lock_is_written_and_read_back(
    pins: list[Pin], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lock")
    text = locks.as_requirements(Locked(folder / "x.lock", "", tuple(pins)))
    found = requirements_file.read(write(folder, text), folder)
    assert {
        (
            e.requirement.name,
            lockfile.exact(e.requirement),
            e.hashes,
            str(e.requirement.marker or ""),
        )
        for e in found.entries
    } == {(pin.name, pin.version, pin.hashes, pin.marker) for pin in pins}


def test_files_that_refer_to_others(tmp_path: Path) -> None:
    write(tmp_path, "django>=5.2\n-c ../limits.txt\n", "requirements/base.txt")
    write(tmp_path, "-r base.txt\n--requirement=more.txt\n-rmore.txt\n", "requirements/prod.txt")
    write(tmp_path, "-r prod.txt\nqrcode[pil]  # why\n", "requirements/more.txt")
    write(tmp_path, "sqlparse<1\n-r more-limits.txt\n", "limits.txt")
    write(tmp_path, "asgiref<4\n", "more-limits.txt")
    locked = locks.find(tmp_path, "requirements/prod.txt")
    assert direct(locked) == ["django>=5.2", "qrcode[pil]"]
    assert [str(each) for each in locked.constraints] == ["sqlparse<1", "asgiref<4"]
    assert not locked.is_locked


def test_indexes_are_carried_along(tmp_path: Path) -> None:
    locked = plain(
        tmp_path,
        "-i https://user:word@example.org/simple\n--extra-index-url https://b.example/simple\n"
        "--find-links=wheels --trusted-host b.example --pre\n--only-binary :all:\ndjango\n",
    )
    assert locked.indexes.options == (
        "--index-url=https://user:word@example.org/simple",
        "--extra-index-url=https://b.example/simple",
        "--find-links=wheels",
    )
    assert direct(locked) == ["django"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    path = tmp_path / "requirements.txt"
    path.write_bytes(
        mark + "# für alle\r\ndjango \\\r\n >=5 ; python_version>'3'\r\n".encode(encoding)
    )
    assert direct(plain_requirements.read(path, tmp_path)) == ['django>=5; python_version > "3"']


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-e git+https://git.example.org/pebble#egg=pebble", None),
        (f"git+https://git.example.org/pebble@{COMMIT}#egg=pebble", PEBBLE),
        (f"pebble @ {PEBBLE}#subdirectory=lib", f"{PEBBLE}#subdirectory=lib"),
        ("https://example.org/pebble-1.0-py3-none-any.whl", "https://example.org/pebble-1.0-py3-none-any.whl"),
    ],
)  # fmt: skip
def test_addresses(tmp_path: Path, line: str, expected: str | None) -> None:
    locked = plain(tmp_path, line)
    assert [requirement.name for requirement in locked.direct] == ["pebble"]
    assert origins(locked) == ({"pebble": expected} if expected else {})


def test_the_project_itself(made: Made) -> None:
    root = made("uv")
    path = write(root, "-e .[server]\nqrcode\n", "requirements/prod.txt")
    locked = plain_requirements.read(path, root, Asked((), ("production",)))
    assert {"django<5.3,>=5.2", "gunicorn>=23", "whitenoise>=6", "qrcode"} <= set(direct(locked))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-e ../lib", r"lib comes from \.\./lib"),
        ("./wheels/x-1.0-py3-none-any.whl", "comes from ./wheels"),
        ("lib @ file:///srv/lib", "lib comes from file:///srv/lib"),
        ("django\n-r missing.txt", "missing.txt: No such file"),
        ("-r https://example.org/r.txt", "line 1: https://example.org/r.txt is no file"),
        ("--bogus x", "line 1: --bogus is not known"),
        ("django\n\n=? 1", "line 3: .* is no requirement"),
        ("git+https://user:word@example.org/x", "Write: NAME @ git.https://example.org/x"),
    ],
)
def test_refused_by_name_and_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(LockMismatch, match=told) as caught:
        plain(tmp_path, text)
    assert "word" not in str(caught.value)


def test_pins_of_plain_ones(tmp_path: Path) -> None:
    locked = plain(tmp_path, f"django==5.2.1\nqrcode\nsix==1.0 {HASH} --config-settings a=b\n")
    assert [(pin.name, pin.version, pin.is_hashed) for pin in locked.pins] == [
        ("django", "5.2.1", False),
        ("six", "1.0", True),
    ]


def test_production_before_others(tmp_path: Path) -> None:
    for name in ("dev", "base", "docs", "test"):
        write(tmp_path, "django\n", f"requirements/{name}.txt")
    assert plain_requirements.finds(tmp_path) == tmp_path / "requirements/base.txt"
    hashed = write(tmp_path, f"django==5.2 {HASH}\n", "requirements/production.txt")
    assert locks.find(tmp_path).path == hashed
    assert locks.find(tmp_path, str(hashed)).kind == "hashed_requirements"
    write(tmp_path, "django\n", "all [of] it.txt")
    assert locks.find(tmp_path, "all [of] it.txt").kind == "plain_requirements"
    assert locks.find(tmp_path, "requirements/dev.txt").kind == "plain_requirements"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"pebble @ {PEBBLE}", "pebble comes from a repository"),
        (f"pebble @ https://example.org/pebble-1.0-py3-none-any.whl {HASH}", "from an address"),
    ],
)
def test_what_no_index_has_is_locked_but_not_written_for_pip(
    tmp_path: Path, line: str, told: str
) -> None:
    write(tmp_path, line)
    locked = locks.find(tmp_path)
    assert all(pin.is_hashed for pin in locked.pins)
    with pytest.raises(LockMismatch, match=told) as caught:
        locks.as_requirements(locked)
    assert "pebble>=1.0" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://pypi.org/simple",
        "https://pypi.org/simple/",
        "https://pypi.python.org/simple",
        "http://pypi.python.org/simple/",
    ],
)
def test_pypi_is_wherever_the_machine_has_it(url: str) -> None:
    assert Indexes(url, (url,)).options == ()
    other = "https://pypi.org.example/simple"
    assert Indexes(other).options == (f"--index-url={other}",)
