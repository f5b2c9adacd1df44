"""The lock: read as pip reads it, and refused by name and line where that would mislead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements

from shipways.errors import LockMismatch, ProjectError
from shipways.project import lockfile, model

A, B, C = "a" * 64, "b" * 64, "c" * 64
HASH = f"--hash=sha256:{A}"


def write(notes: Path, text: str) -> Path:
    path = notes / "requirements.lock"
    path.write_bytes(text.encode())
    return path


def test_reads_names_versions_and_hashes(notes: Path) -> None:
    text = f"""\
# made by uv
--only-binary :all:
Django==5.2.1 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via notes
asgiref==3.8 ; python_version >= "3.8" --hash=sha256:{C}  # why
"""
    django, asgiref = lockfile.read(write(notes, text))
    assert (django.name, django.version, django.line) == ("django", "5.2.1", 3)
    assert django.hashes == {A, B}
    assert (asgiref.name, asgiref.line) == ("asgiref", 7)


@pytest.mark.parametrize(
    "line",
    [
        f"Django[argon2]==5.2.1 {HASH}",
        f"django===5.2.1 {HASH}",
        f"django == 5.2.1 --hash sha256:{A}",
        f"django==5.2.1\t{HASH}",
        f"django==5.2.1 --hash=sha256:{A.upper()}",
        f"django==5.2.1 {HASH}\t# why",
        f"django==5.2.1 \\\r\n    {HASH}\r\n",
        f"\ufeffdjango==5.2.1 {HASH}",
        f"--require-hashes\n--pre\ndjango==5.2.1 {HASH}",
        f"django==5.2.1 ; python_version >= '3' and extra != 'x' {HASH}",
    ],
)
def test_ways_to_write_an_entry(notes: Path, line: str) -> None:
    (entry,) = lockfile.read(write(notes, line))
    assert (entry.name, entry.version, entry.hashes) == ("django", "5.2.1", frozenset({A}))


@pytest.mark.parametrize(("algorithm", "digits"), lockfile.DIGITS.items())
def test_every_strong_hash(notes: Path, algorithm: str, digits: int) -> None:
    line = f"django==5.2.1 --hash={algorithm}:{'a' * digits}\n"
    assert lockfile.pinned(lockfile.read(write(notes, line))) == line


REFUSED = {
    "django==5.2": "django has no hash",
    f"django>=5 {HASH}": "django has no exact version",
    f"django {HASH}": "django has no exact version",
    f"django==5.* {HASH}": "django has no exact version",
    f"django==5.2,<6 {HASH}": "django has no exact version",
    f"=? {HASH}": "is no requirement",
    f"django==5.2 ; bogus == '1' {HASH}": "is no requirement",
    f"django==5.2 ; sys_platform ~= 'linux' {HASH}": "is no requirement",
    f"django===banana {HASH}": "is no requirement",
    "django==5.2 --hash=md5:" + "a" * 32: "'md5' is none of sha256, sha384, sha512",
    "django==5.2 --hash=sha256:abc": "'abc' is no sha256",
    "django==5.2 --hash": "'' is none of",
    f"django==5.2 {HASH} --config-settings=x=y": "--config-settings is not known",
    f"django==5.2 {HASH} 'quoted": "cannot be read",
    "-e .": "-e is no dependency",
    "-e.": "-e is no dependency",
    "--editable=.": "--editable is no dependency",
    "-r /etc/passwd": "-r is no dependency",
    "-r/etc/passwd": "-r is no dependency",
    "--requirement=other.txt": "--requirement is no dependency",
    "-c constraints.txt": "-c is no dependency",
    "--no-binary :all:": "--no-binary is no dependency",
    "--pre --no-binary :all:": "--no-binary is no dependency",
    HASH: "--hash is no dependency",
    "--index-url https://user:secret@index.example.org": "--index-url is no dependency.*pip.conf",
    "-i https://user:secret@index.example.org": "-i is no dependency.*PIP_INDEX_URL",
    "--extra-index-url=https://user:secret@i.example.org": "--extra-index-url is no dependency",
    "--find-links ./wheels": "--find-links is no dependency",
    f"helper @ https://example.org/helper-1-py3-none-any.whl {HASH}": "helper comes from an addr",
    f"helper[x] @ https://example.org/helper.whl#sha256={A}": "helper comes from an address",
    f"helper@file:///srv/helper.whl {HASH}": "helper comes from an address",
    f"https://user:secret@example.org/helper.whl {HASH}": "This comes from an address",
    f"./helper-1-py3-none-any.whl {HASH}": "This comes from an address or a path",
    f"helper-1-py3-none-any.whl {HASH}": "This comes from an address or a path",
    f"helper @ git+https://example.org/helper@v1 {HASH}": "helper comes from a repository",
    f"git+ssh://git@example.org/helper {HASH}": "This comes from a repository",
}


@pytest.mark.parametrize("line", REFUSED)
def test_line_that_is_not_locked(notes: Path, line: str) -> None:
    with pytest.raises(LockMismatch, match=REFUSED[line]) as caught:
        lockfile.read(write(notes, f"# one\nasgiref==3.8 {HASH}\n{line}\n"))
    assert "requirements.lock, line 3: " in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 2
    assert "--generate-hashes" in caught.value.hint


names = st.sampled_from(["django", "Zope.Interface", "a_b[extra]"])
ends = st.sampled_from(["", " ", "  # why", "\t# why \\", " #", " \\\n", " \\\n   # comment", "\\"])
between = st.sampled_from([" ", " \\\n    ", "  \\\n\n", " \\\r\n\t "])
lines = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["", "  ", "\\\n"]),
    names,
    st.sampled_from(["==1.0", " == 2.0.1", "===3"]),
    st.sampled_from(["", " ; python_version >= '3.9'", "; sys_platform=='linux'"]),
    between,
    st.sampled_from([HASH, f"--hash sha256:{B}", f"{HASH} --hash=sha512:{'d' * 128}"]),
    ends,
)
others = st.sampled_from(["", "# comment", "   # comment \\", "#", "   ", "\\"])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.one_of(lines, others), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_it_is_what_pip_reads(
    tmp_path_factory: pytest.TempPathFactory, found: list[str], ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.lock"
    path.write_bytes(ending.join(found).encode())
    try:
        ours = lockfile.read(path)
    except LockMismatch:
        return  # what joins or cuts lines in odd places is refused, which pip may do later
    theirs = list(parse_requirements(str(path), cast(PipSession, None)))
    assert len(ours) == len(theirs)
    for entry, line in zip(ours, theirs, strict=True):
        requirement = Requirement(line.requirement)
        assert requirement.specifier.contains(Version(entry.version))
        options = line.options or {}
        assert entry.hashes == {one for each in options["hashes"].values() for one in each}
        assert f"line {entry.line} " in str(line.line_source)


UNIVERSAL = f"""\
django==4.2.1 ; python_version < "3.12" --hash=sha256:{A}
django==5.2.1 ; python_version >= "3.12" \\
    --hash=sha256:{B}
old==1.0 ; python_full_version < "3.11.3" --hash=sha256:{C}
"""


def test_universal_lock_has_several_lines_for_a_name(notes: Path) -> None:
    path = write(notes, UNIVERSAL)
    locked = lockfile.read(path)

    def chosen(*pythons: str) -> list[tuple[str, str]]:
        return [(entry.name, entry.version) for entry in lockfile.select(path, locked, pythons)]

    assert chosen("3.11.0", "3.11.99") == [("django", "4.2.1"), ("old", "1.0")]
    assert chosen("3.13.1") == [("django", "5.2.1")]
    with pytest.raises(LockMismatch, match=r"lines 1 and 2: django 4\.2\.1 and 5\.2\.1") as caught:
        chosen("3.11.99", "3.12.0")
    assert "3.11, 3.12" in str(caught.value)
    assert "requires-python" in caught.value.hint


def test_the_same_line_twice_is_one(notes: Path) -> None:
    path = write(notes, f"django==5.2.1 {HASH}\nDjango==5.2.1 {HASH}\n")
    assert len(lockfile.select(path, lockfile.read(path), ["3.12.0"])) == 1
    path = write(notes, f"django==5.2.1 {HASH}\nDjango==5.2.1 --hash=sha256:{B}\n")
    with pytest.raises(LockMismatch, match="lines 1 and 2"):
        lockfile.select(path, lockfile.read(path), ["3.12.0"])


@pytest.mark.parametrize("marker", ["sys_platform == 'win32'", "implementation_name == 'pypy'"])
def test_targets_are_linux_and_cpython(notes: Path, marker: str) -> None:
    (entry,) = lockfile.read(write(notes, f"django==5.2.1 ; {marker} {HASH}\n"))
    assert not entry.applies("3.12.0")


def outside(notes: Path) -> str:
    (notes.parent / "other.lock").write_text(f"django==5.2.1 {HASH}\n")
    return "../other.lock"


def linked(notes: Path) -> str:
    outside(notes)
    (notes / "linked.lock").symlink_to("../other.lock")
    return "linked.lock"


@pytest.mark.parametrize("make", [outside, linked])
def test_lock_outside_of_the_project(notes: Path, make: Callable[[Path], str]) -> None:
    file = notes / "pyproject.toml"
    said = f'lock = "{make(notes)}"\nbind-variable'
    file.write_text(file.read_text().replace("bind-variable", said))
    with pytest.raises(ProjectError, match=r"tool\.shipways\.lock: .* is outside of the project"):
        lockfile.of(model.load(notes))


def test_readme_outside_of_the_project(notes: Path) -> None:
    (notes.parent / "README.md").write_text("# Secret\n")
    file = notes / "pyproject.toml"
    file.write_text(file.read_text().replace('"README.md"', '"../README.md"'))
    with pytest.raises(ProjectError, match=r"project\.readme: .* is outside of the project"):
        model.load(notes)
