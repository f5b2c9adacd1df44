"""What a probe from inside has found is judged, and told as what an intruder could do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shipways.errors import VerifyError
from shipways.project.hardening import Loosened
from shipways.project.values import Prose
from shipways.verify.context import Context
from shipways.verify.file_snapshot import Entry
from shipways.verify.phases import hardening

if TYPE_CHECKING:
    from tests.verify.conftest import World

CONFINED: dict[str, Any] = {
    "uid": 997,
    "writable": [],
    "state_writable": True,
    "homes": [],
    "others": [],
    "secrets": [],
    "signalled": [],
    "people": ["ada"],
    "mounted": False,
    "connected": True,
    "root": False,
    "NoNewPrivs": "1",
    "CapEff": "0000000000000000",
    "CapPrm": "0000000000000000",
    "CapBnd": "0000000000000000",
    "CapAmb": "0000000000000000",
    "Seccomp": "2",
}


def test_a_confined_service_passes() -> None:
    hardening.judge(CONFINED, {})
    could = hardening.could(CONFINED)
    assert {name for name, able in could.items() if able} == {"list_users", "connect_out"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": 0}, "runs as root"),
        ({"writable": ["/etc"]}, "can write in /etc"),
        ({"state_writable": False}, "cannot write in its own folder"),
        ({"homes": ["/home/ada"]}, "sees /home/ada"),
        ({"others": ["sshd"]}, "sees other processes"),
        ({"NoNewPrivs": "0"}, "gain privileges"),
        ({"CapBnd": "0000000000000400"}, "has capabilities: CapBnd"),
        ({"Seccomp": "0"}, "No system call filter"),
    ],
)
def test_what_must_not_be(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(VerifyError, match=reason):
        hardening.judge({**CONFINED, **change}, {})


@pytest.mark.parametrize(
    ("directive", "change"),
    [
        ("ProtectSystem", {"writable": ["/etc"]}),
        ("ReadWritePaths", {"writable": ["/srv"]}),
        ("ProtectHome", {"homes": ["/home/ada"]}),
        ("ProtectProc", {"others": ["sshd"]}),
        ("NoNewPrivileges", {"NoNewPrivs": "0"}),
        ("AmbientCapabilities", {"CapBnd": "0000000000000400"}),
        ("SystemCallFilter", {"Seccomp": "0"}),
    ],
)
def test_what_is_loosened_may_be(directive: str, change: dict[str, Any]) -> None:
    unit = {directive: Loosened("no", Prose("It has to."))}
    hardening.judge({**CONFINED, **change}, unit)
    with pytest.raises(VerifyError):
        hardening.judge({**CONFINED, **change}, {"ProcSubset": unit[directive]})


def test_the_exposure_is_systemd_s_figure(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "\n→ Overall exposure level for notes-app.service: 1.1 OK 🙂\n"
    monkeypatch.setattr(context.machine, "_answer", lambda _: (0, answer))
    assert hardening.exposure(context) == 1.1
    monkeypatch.setattr(context.machine, "_answer", lambda _: (0, "?"))
    with pytest.raises(VerifyError, match="gave no figure"):
        hardening.exposure(context)


def test_files_are_root_s_alone(context: Context, world: World) -> None:
    assert world.installed
    good = Entry("f", 0o644, "root", "root", "1", 1, "")
    settings = Entry("f", 0o640, "root", "notes-app", "2", 1, "")
    context.installed = {"/usr/bin/notes": good, "/etc/notes-app/notes-app.env": settings}
    hardening.files(context)
    context.installed = {
        **context.installed,
        "/usr/bin/x": Entry("f", 0o666, "root", "root", "3", 1, ""),
    }
    with pytest.raises(VerifyError, match=r"Not root's alone: /usr/bin/x"):
        hardening.files(context)
    context.installed = {"/etc/notes-app/notes-app.env": good}
    with pytest.raises(VerifyError, match="is 644, not 640"):
        hardening.files(context)
