"""A service is confined unless the project says, with its reason, what it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways.errors import ProjectError
from shipways.project import hardening, model
from shipways.project.hardening import Container, Directive, Loosened
from shipways.project.values import Prose

WHY = "psutil reads /proc/meminfo"


def loosened(*values: str) -> Loosened:
    return Loosened(values, Prose(WHY))


def test_by_default_everything_is_confined() -> None:
    assert hardening.directives({}) == tuple(
        Directive(name, values) for name, values in hardening.DEFAULTS.items()
    )
    assert hardening.container({}) == Container()
    assert hardening.summary({}) == ""


@pytest.mark.parametrize("name", [*hardening.DEFAULTS, *hardening.FURTHER])
def test_each_can_be_loosened_alone(name: str) -> None:
    made = hardening.directives({name: loosened("a", "b")})
    (changed,) = (one for one in made if one.why)
    assert changed == Directive(name, ("a", "b"), WHY)
    others = {one.name: one.values for one in made if one.name != name}
    assert others == {key: value for key, value in hardening.DEFAULTS.items() if key != name}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({"ProcSubset": loosened("all")}, Container()),
        ({"NoNewPrivileges": loosened("no")}, Container(gains_privileges=True, why=(WHY,))),
        ({"NoNewPrivileges": loosened("yes")}, Container()),
        ({"ProtectSystem": loosened("full")}, Container(writes_root=True, why=(WHY,))),
        ({"SystemCallFilter": loosened("")}, Container(unfiltered=True, why=(WHY,))),
        (
            {
                "CapabilityBoundingSet": loosened("CAP_CHOWN CAP_NET_RAW"),
                "AmbientCapabilities": loosened("CAP_NET_RAW"),
            },
            Container(capabilities=("CHOWN", "NET_RAW"), why=(WHY,)),
        ),
    ],
)
def test_what_it_means_for_a_container(unit: hardening.Unit, expected: Container) -> None:
    assert hardening.container(unit) == expected


def test_the_engine_s_own_options() -> None:
    assert Container(unfiltered=True).security_opt == (
        "no-new-privileges:true",
        "seccomp=unconfined",
    )
    assert Container(gains_privileges=True).security_opt == ()


def test_the_project_says_it(notes: Path) -> None:
    said = f'[tool.shipways.unit]\nProcSubset = {{ value = "all", why = "{WHY}" }}\n'
    file = notes / "pyproject.toml"
    file.write_text(f"{file.read_text()}\n{said}")
    unit = model.load(notes).tool.unit
    assert hardening.summary(unit) == f"ProcSubset=all ({WHY})"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('ExecStart = { value = "/bin/sh", why = "no" }', "'ExecStart' is no directive"),
        ('ProcSubset = { value = "all" }', "unit.why: is missing"),
        ('ProcSubset = { value = "a\\nUser=root", why = "no" }', "is no value"),
        ('ProcSubset = "all"', "unit: expected `object`, got `str`"),
    ],
)
def test_what_is_wrong_is_named(notes: Path, line: str, problem: str) -> None:
    file = notes / "pyproject.toml"
    file.write_text(f"{file.read_text()}\n[tool.shipways.unit]\n{line}\n")
    with pytest.raises(ProjectError) as caught:
        model.load(notes)
    assert problem in str(caught.value)
    assert 'why = "psutil reads /proc/meminfo"' in caught.value.hint
