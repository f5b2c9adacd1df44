"""Versions sort as PEP 440 sorts them, by dpkg's and rpm's own word, and are legal everywhere."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from packaging.version import Version

from shipways.project import versions
from shipways.util.command import run

EPOCHS = ("", "", "", "1!", "2!", "10!")
RELEASES = (
    "0",
    "1",
    "1.0",
    "1.0.0",
    "1.0.0.0",
    "1.0.0.0.1",
    "1.0.1",
    "1.1",
    "1.10",
    "1.2",
    "2",
    "10",
)
PRES = ("", "", "a0", "a1", "a2", "a10", "b1", "rc1", "rc2")
POSTS = ("", "", ".post0", ".post1", ".post2", ".post10")
DEVS = ("", "", ".dev0", ".dev1", ".dev3", ".dev10")
SEGMENTS = (
    "0",
    "1",
    "2",
    "10",
    "a",
    "b",
    "z",
    "ab",
    "0a",
    "9a",
    "10a",
    "a1",
    "a9",
    "a10",
    "g1f",
    "post1",
)
LONG = "1!1.0.0.post100.dev20+g0123456789abcdef0123456789abcdef01234567.d20240101"
CHOSEN = (
    "1.0.dev3", "1.0a1.dev1", "1.0a1", "1.0a1.post1.dev1", "1.0a1.post1", "1.0rc1", "1.0rc1+x",
    "1.0", "1.0+a", "1.0+a.b", "1.0+a.1", "1.0+ab", "1.0+1", "1.0.post1.dev1", "1.0.post1",
    "1.0.post1+a", "1.0.1.dev1", "1.0.1", "1.1", "2.0", "1!0.1", "1!1.0",
)  # fmt: skip


def made(count: int = 2000) -> list[str]:
    """Versions of every kind that lie close together, the same ones each time."""
    choose = random.Random(440)
    found = [*CHOSEN, LONG]
    for _ in range(count):
        parts = [choose.choice(each) for each in (EPOCHS, RELEASES, PRES, POSTS, DEVS)]
        local = ".".join(choose.choices(SEGMENTS, k=choose.choice((0, 0, 1, 1, 2, 3))))
        found.append(str(Version("".join(parts) + (f"+{local}" if local else ""))))
    return sorted(set(found), key=Version)


VERSIONS = made()
SORTED = [list(equal) for _, equal in groupby(VERSIONS, key=Version)]


def test_equal_versions_are_written_alike_and_no_others() -> None:
    written = [{versions.debian(version) for version in equal} for equal in SORTED]
    assert {len(each) for each in written} == {1}
    assert len(set.union(*written)) == len(SORTED)


@pytest.mark.process
def test_dpkg_sorts_as_python_does(tmp_path: Path) -> None:
    """Neighbours are compared: an order that is right between them is right between all."""
    debian = [f"{versions.debian(equal[0])}-1" for equal in SORTED]
    lines = "".join(
        f"dpkg --compare-versions {a} lt {b} || echo {a} {b}\n" for a, b in pairwise(debian)
    )
    script = tmp_path / "compare"
    script.write_text(lines)
    assert run(["sh", script], timeout=120).output == ""


@pytest.mark.process
def test_rpm_sorts_as_python_does(tmp_path: Path) -> None:
    names = [f"{versions.debian(equal[0])}-1" for equal in SORTED]
    pairs = [*pairwise(range(len(names))), *random_pairs(len(names))]
    calls = "".join(f'\nt("{names[a]}", "{names[b]}", {(a > b) - (a < b)})' for a, b in pairs)
    check = (
        "function t(a, b, c) if rpm.vercmp(a, b) ~= c then print(a .. ' ' .. b .. '\\n') end end"
    )
    script = tmp_path / "compare.lua"
    script.write_text(check + calls)
    load = f'%{{lua: dofile("{script}")}}'
    assert run(["rpm", "--eval", load], timeout=120).output.strip() == ""


def random_pairs(count: int) -> list[tuple[int, int]]:
    choose = random.Random(12)
    return [(choose.randrange(count), choose.randrange(count)) for _ in range(5000)]


@pytest.mark.parametrize(
    ("write", "legal"),
    [
        (versions.upstream, r"[0-9][A-Za-z0-9.+~]*"),  # Debian Policy 5.6.12, rpm-version(7)
        (versions.file_part, r"[A-Za-z0-9_.+-]+"),
        (versions.tag, r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"),  # OCI distribution specification
        (versions.label, r"(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"),
        (versions.host_part, r"(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?"),  # RFC 1123
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_written_is_legal(write: Callable[[str], str], legal: str) -> None:
    assert not [version for version in VERSIONS if not re.fullmatch(legal, write(version))]


@pytest.mark.parametrize(
    "write", [versions.file_part, versions.tag, versions.label, versions.host_part]
)
def test_names_tell_versions_apart(write: Callable[[str], str]) -> None:
    assert len({write(version) for version in VERSIONS}) == len(VERSIONS)


def test_the_room_in_a_name_is_kept() -> None:
    assert len("app-" + versions.host_part(LONG, len("app-"))) == 63
    assert versions.host_part("1.0.0", 4) == "1-0-0"


@pytest.mark.parametrize("version", ["1.0.0", "2.10.3"])
def test_a_plain_version_is_the_same_everywhere(version: str) -> None:
    for write in (versions.debian, versions.file_part, versions.tag, versions.label):
        assert write(version) == version


@pytest.mark.process
@pytest.mark.parametrize("version", [CHOSEN[0], "1!1.0.post1+g1f.5", LONG])
def test_git_takes_a_version_as_a_tag(version: str) -> None:
    assert run(["git", "check-ref-format", f"refs/tags/v{version}"], timeout=30).ok
