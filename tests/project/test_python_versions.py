"""Which Pythons a specifier admits, told to dpkg, rpm and Python: all of them have to agree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from shipways.errors import ProjectError
from shipways.project.python_versions import Pythons

TABLE = {
    ">=3.10": ("3.10 or newer", ("python3 (>= 3.10)",)),
    "~=3.11": ("3.11 or newer but before 4", ("python3 (>= 3.11)", "python3 (<< 4)")),
    ">=3.10,<3.13": (
        "3.10 or newer but before 3.13", ("python3 (>= 3.10)", "python3 (<< 3.13)"),
    ),
    ">=3.10,!=3.12.*": (
        "3.10 or newer but before 3.12, or 3.13 or newer",
        ("python3 (>= 3.10)", "python3 (<< 3.12) | python3 (>= 3.13)"),
    ),
    ">3.10": ("3.10.1 or newer", ("python3 (>= 3.10.1)",)),
    "==3.12.*": ("3.12", ("python3 (>= 3.12)", "python3 (<< 3.13)")),
    ">=3.9,!=3.9.7": (
        "3.9 or newer but before 3.9.7, or 3.9.8 or newer",
        ("python3 (>= 3.9)", "python3 (<< 3.9.7) | python3 (>= 3.9.8)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("specifier", TABLE)
def test_words_and_relations(specifier: str) -> None:
    found = Pythons(specifier)
    assert (found.words, found.debian()) == TABLE[specifier]


@pytest.mark.parametrize("specifier", ["<3", ">=3.12,<3.11", "==2.7.*"])
def test_no_python_at_all(specifier: str) -> None:
    with pytest.raises(ProjectError, match="There is no Python that is"):
        Pythons(specifier)


minors = st.integers(6, 16)
versions = st.one_of(
    minors.map("3.{}".format),
    st.tuples(minors, st.integers(0, 12)).map(lambda pair: "3.{}.{}".format(*pair)),
    st.just("4"),
)
parts = st.one_of(
    st.tuples(st.sampled_from([">=", ">", "<", "<=", "!=", "=="]), versions).map("".join),
    st.tuples(st.sampled_from(["!=", "=="]), minors).map(lambda pair: "{}3.{}.*".format(*pair)),
    minors.map("~=3.{}".format),
)
specifiers = st.lists(parts, min_size=1, max_size=4).map(",".join)
RELEASES = [(3, minor, patch) for minor in range(6, 18) for patch in (0, 1, 2, 7, 12, 13, 40)]
RELEASES += [(4, 0, 0), (4, 2, 1)]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(specifiers)
def test_ranges_are_what_the_specifier_admits(specifier: str) -> None:
    admitted = SpecifierSet(specifier)
    expected = [release for release in RELEASES if admitted.contains(".".join(map(str, release)))]
    try:
        found = Pythons(specifier)
    except ProjectError:
        assert not expected
        return
    condition = compile(found.condition("v"), "condition", "eval")
    assert [release for release in RELEASES if eval(condition, {"v": release})] == expected
    assert {f"3.{release[1]}" for release in expected if release[:2] < (3, 16)} <= {*found.minors}
    assert all(map(found.admits, found.environments))
    assert Pythons(found.narrowed("").specifier).ranges == found.ranges


@pytest.mark.process
@pytest.mark.parametrize("specifier", TABLE)
def test_dpkg_agrees(specifier: str) -> None:
    found = Pythons(specifier)
    for version in ("3.9.7-1", "3.10.0-1", "3.10.4-2", "3.11.2-1+b1", "3.12.3-0", "3.13.5-1"):
        fits = all(
            any(_dpkg_says(version, one) for one in relation.split(" | "))
            for relation in found.debian()
        )
        assert fits == found.admits(version.split("-")[0]), (version, found.debian())


def _dpkg_says(version: str, relation: str) -> bool:
    operator, wanted = relation.partition("(")[2].rstrip(")").split()
    return not subprocess.call(["dpkg", "--compare-versions", version, operator, wanted])


SPEC = """\
Name: notes
Version: 1
Release: 1
Summary: Notes
License: MIT
{}
%description
Notes.
"""


@pytest.mark.process
@pytest.mark.parametrize("specifier", TABLE)
def test_rpm_reads_what_it_is_told(specifier: str, tmp_path: Path) -> None:
    told = Pythons(specifier).rpm()
    spec = tmp_path / "notes.spec"
    spec.write_text(SPEC.format("\n".join(f"Requires: {one}" for one in told)))
    read = subprocess.check_output(["rpmspec", "--query", "--requires", spec], text=True)
    assert sorted(read.splitlines()) == sorted(told)
