"""Requirements: every answer has its reason in the results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shipways.report import requirements
from shipways.report.columns import by_place
from shipways.report.i18n import words
from shipways.report.overview import overview
from shipways.report.requirements import NO, UNKNOWN, YES, Chooser
from shipways.results import FormatRecord, Results, StepRecord, TargetRecord

Make = Callable[..., Results]


def answer(make_results: Make, record: FormatRecord, key: str) -> tuple[str, str]:
    chooser = Chooser(overview(make_results(a=record)), words("en"))
    return chooser.answers["a"][key]


def on(
    name: str = "debian-13", status: str = "ok", families: tuple[str, ...] = (), **fields: Any
) -> FormatRecord:
    target = TargetRecord(status=status, **fields)
    said = "Debian 13" if families else "any Linux"
    return FormatRecord(status="ok", installs_on=said, families=[*families], targets={name: target})


def typed(*commands: str, phase: str = "install", **more: Any) -> FormatRecord:
    """Root types what begins with "#", anybody what begins with "$"."""
    steps = [
        StepRecord(phase=phase, command=command[2:], root=command[0] == "#", **more)
        for command in commands
    ]
    return FormatRecord(status="ok", steps=steps)


@pytest.mark.parametrize(
    ("record", "key", "state", "reason"),
    [
        (on(offline=True), "offline", YES, "installed on debian-13 with the network cut off"),
        (on(offline=False), "offline", NO, "did not install on debian-13 with the network cut off"),
        (on(), "offline", UNKNOWN, "not measured whether it installs offline"),
        (on(), "debian", YES, "passed on debian-13"),
        (on(), "rhel", UNKNOWN, "was not tried on such a system"),
        (on(families=("debian",)), "rhel", NO, "is made for: Debian 13"),
        (on(families=("debian", "rhel")), "rhel", UNKNOWN, "was not tried on such a system"),
        (on("fedora-43", "failed", reason="broke"), "rhel", NO, "failed on fedora-43: broke"),
        (on("x", platform="Debian 13 with rpm and dnf"), "rhel", YES, "passed on x"),
        (on("x", family="suse"), "rhel", YES, "passed on x"),
        (on("x", "skipped"), "debian", UNKNOWN, "was not tried on such a system"),
        (on(families=("debian",)), "mixed", NO, "is made for: Debian 13"),
        (on(), "unknown", UNKNOWN, "was not tried on such a system"),
        (
            on(status="failed", reason="purge: 3 files\nlog", lifecycle={"install": True}),
            "debian",
            UNKNOWN,
            "runs on debian-13, but not all held: purge: 3 files",
        ),
        (
            on(lifecycle={"hardening": True}),
            "isolated",
            YES,
            "its confinement held when it was tried from inside on debian-13",
        ),
        (
            on(lifecycle={"hardening": False}, notes={"hardening": "The service runs as root."}),
            "isolated",
            NO,
            "is not confined on debian-13: The service runs as root.",
        ),
        (
            on(lifecycle={"hardening": "not offered"}),
            "isolated",
            NO,
            "is not confined on debian-13: not offered",
        ),
        (on(), "isolated", UNKNOWN, "what an intruder in the app could do was not probed"),
        (
            on(probes={"read_home": True}),
            "isolated",
            NO,
            "an intruder in the app could read other users' files",
        ),
        (
            on(probes={"read_home": False, "connect_out": True}),
            "isolated",
            YES,
            "an intruder in the app could not get at the host",
        ),
        (
            typed("# dnf upgrade ./a.rpm", phase="upgrade", manager="dnf"),
            "updates",
            YES,
            "updates by dnf upgrade ./a.rpm",
        ),
        (
            typed("# ./install.sh", phase="upgrade"),
            "updates",
            NO,
            "is updated by hand: ./install.sh",
        ),
        (typed("# x"), "updates", NO, "has no step for an upgrade"),
        (on(lifecycle={"upgrade": False}), "updates", NO, "its upgrade failed when it was tried"),
        (FormatRecord(status="ok", services=["app", "db"]), "services", YES, "brings app, db"),
        (FormatRecord(status="ok"), "services", NO, "delivers the application alone"),
        (typed("$ pip install a"), "rootless", YES, "no command needs root"),
        (typed("$ pip install a", "# b"), "rootless", NO, "needs root for: b"),
        (FormatRecord(status="ok"), "rootless", UNKNOWN, "its commands are not known"),
        (
            FormatRecord(status="failed", reason="no compiler"),
            "offline",
            NO,
            "was not built: no compiler",
        ),
    ],
)
def test_answers(
    make_results: Make, record: FormatRecord, key: str, state: str, reason: str
) -> None:
    assert answer(make_results, record, key) == (state, reason)


def test_the_weaker_answer_stands_for_a_mix(make_results: Make) -> None:
    record = FormatRecord(
        status="ok",
        installs_on="anything",
        targets={
            "debian-13": TargetRecord(status="ok"),
            "fedora-43": TargetRecord(status="failed", reason="x"),
        },
    )
    assert answer(make_results, record, "mixed") == (NO, "failed on fedora-43: x")


def test_ranks_are_offered_for_what_was_measured(golden: Callable[[str], Results]) -> None:
    built = requirements.orders(overview(golden("built")))
    assert [column.key for column in built] == ["commands", "artifact_bytes", "warm_s"]
    assert len(requirements.orders(overview(golden("all")))) == len(
        by_place(lambda column: column.wish)
    )


def test_data_for_the_page(golden: Callable[[str], Results]) -> None:
    formats = {
        each["name"]: each
        for each in Chooser(overview(golden("all")), words("en")).data()["formats"]
    }
    assert formats["git"]["missing"] == "was not built: the commit has no tag"
    assert formats["git"]["answers"] == {}
    assert formats["git"]["ranks"]["commands"] == (None, "not measured")
    assert formats["deb"]["ranks"]["commands"] == (1.0, "1 command")
    assert set(formats["deb"]["answers"]) == {each.key for each in requirements.REQUIREMENTS}
