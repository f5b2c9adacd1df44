"""Markers with extras and groups decided; sums of markers; the walk along requirements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import Requirement

from shipways.project.locks import conditions
from shipways.project.locks.conditions import ALWAYS, both, either, narrowed
from shipways.project.locks.graph import reached
from shipways.project.pin import Pin
from shipways.project.python_versions import environment


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", ""),
        ("extra == 'A_b'", ""),
        ("'a-b' == extra", ""),
        ("extra != 'a-b'", None),
        ("extra == 'x'", None),
        ("extra == 'x' or os_name == 'nt'", 'os_name == "nt"'),
        ("(extra == 'a-b' or os_name == 'nt') and sys_platform == 'w'", 'sys_platform == "w"'),
        ("'a-b' in extras and 'g' not in dependency_groups", None),
        ("'x' not in extras and 'g' in dependency_groups", ""),
    ],
)
def test_narrowed(marker: str, expected: str | None) -> None:
    assert narrowed(marker, ["a-b"], ["g"]) == expected


def test_no_marker() -> None:
    with pytest.raises(ValueError, match="is no marker"):
        narrowed("=?", [])


ATOMS = st.sampled_from([
    "python_version < '3.12'", "sys_platform == 'linux'", "extra == 'a'", "extra != 'b'",
    "os_name == 'nt'",
])  # fmt: skip
MARKERS = st.recursive(
    ATOMS,
    lambda inner: st.builds(
        lambda one, word, two: f"({one}) {word} ({two})",
        inner, st.sampled_from(["and", "or"]), inner,
    ),
    max_leaves=8,
)  # fmt: skip


@given(marker=MARKERS, extra=st.sampled_from(["a", "b", "c"]))
def test_narrowed_means_the_same(marker: str, extra: str) -> None:
    left = narrowed(marker, [extra])
    where = {**environment("3.11.1"), "extra": extra}
    means = left is not None and (not left or Marker(left).evaluate(where))
    assert means == Marker(marker).evaluate(where)


@given(st.lists(st.lists(ATOMS, max_size=3), min_size=1, max_size=4))
def test_sums_mean_the_same(clauses: list[list[str]]) -> None:
    total: conditions.Condition = frozenset()
    for clause in clauses:
        one = ALWAYS
        for atom in clause:
            one = both(one, atom)
        total = either(total, one)
    where = {**environment("3.11.1"), "extra": "a"}
    told = conditions.text(total)
    expected = any(all(Marker(atom).evaluate(where) for atom in clause) for clause in clauses)
    assert (not told or Marker(told).evaluate(where)) == expected


def pin(name: str, *requires: str, version: str = "1", marker: str = "") -> Pin:
    told = tuple(map(Requirement, requires))
    return Pin(name, version, frozenset(), marker, requires=told)


def test_the_walk() -> None:
    pins = [
        pin("a", "b; python_version < '3.11'", "c; extra == 'x'", "a[y]; extra == 'x'"),
        pin("b", "d", "a"),
        pin("c", "d<2; sys_platform == 'linux'"),
        pin("d", version="1", marker="python_version < '3.12'"),
        pin("d", version="2"),
        pin("unused"),
    ]
    found = {(each.name, each.version): each.marker for each in reached([Requirement("a")], pins)}
    old = "python_version < '3.11'"
    assert found == {
        ("a", "1"): "",
        ("b", "1"): 'python_version < "3.11"',
        ("d", "1"): f'python_version < "3.11" and {old.replace("3.11", "3.12")}',
        ("d", "2"): 'python_version < "3.11"',
    }
    names = {each.name for each in reached([Requirement("a[X]")], pins)}
    assert names == {"a", "b", "c", "d"}
