"""Every format's whole life on its targets, and one artifact put up for a person to look at."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.results import FormatRecord, TargetRecord
from shipways.util.measure import MIB
from shipways.verify.context import NOT_OFFERED

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

LIVES = (
    ("wheel", "debian:13"),
    ("deb", "debian:13"),
    ("deb-bundled", "debian:13"),
    ("deb-bundled", "debian:12"),
    ("rpm", "rpm"),
    ("tarball", "debian:13"),
    ("docker", "docker"),
    ("compose", "docker"),
    ("git", "debian:13"),
)
pytestmark = pytest.mark.timeout(1800)  # all formats are built, and live, before the first test
AT_ONCE, OLDER = ("debian:13", "rpm", "docker"), "debian:12"
CONFINED = ("deb", "deb-bundled", "rpm", "tarball")
OFFLINE = ("deb-bundled", "rpm", "tarball", "docker", "compose")
BY_HAND = ("wheel", "git")  # run by whoever types the command
NOT_OFFERED_BY = {"rpm": {"purge"}} | {name: {"hardening", "purge"} for name in BY_HAND}
TRY_WITHIN_S = 240


@pytest.fixture(scope="module")
def verified(built: Built) -> dict[str, FormatRecord]:
    """What the command line has seen of all formats: lives go on side by side, as many as fit."""
    names = [*dict.fromkeys(name for name, _ in LIVES)]
    for name in names:
        built.record(name)
    places = ["--project", str(built.project.root), "--dist", str(built.dist)]
    for targets, wanted in ((AT_ONCE, names), ((OLDER,), ["deb-bundled"])):
        asked = [word for target in targets for word in ("--target", target)]
        cli.main(["verify", *wanted, *asked, *places])
    found = results.load(built.dist / results.FILE_NAME)
    assert found is not None
    return found.formats


@pytest.fixture(params=LIVES, ids=lambda life: f"{life[0]} on {life[1]}")
def lived(
    verified: dict[str, FormatRecord], request: pytest.FixtureRequest
) -> tuple[str, TargetRecord]:
    """A format and what was seen of it on one target."""
    name, target = request.param
    return name, verified[name].targets[target]


def test_every_phase_is_true_or_not_offered(lived: tuple[str, TargetRecord]) -> None:
    name, target = lived
    assert target.status == "ok", target.reason
    missing = {key for key, outcome in target.lifecycle.items() if outcome == NOT_OFFERED}
    assert missing == NOT_OFFERED_BY.get(name, set())


def test_every_figure_is_there(lived: tuple[str, TargetRecord], built: Built) -> None:
    name, target = lived
    brought = sum(file.bytes for file in built.record(name).artifacts[:1])
    assert target.transfer_bytes is not None
    # a file that needs nothing else from the network is all that was transferred
    assert target.transfer_bytes >= max(brought, MIB)
    assert target.breakdown is not None
    parts = (getattr(target.breakdown, part) for part in target.breakdown.__struct_fields__)
    assert target.footprint_bytes == sum(parts)
    assert target.commands
    assert target.install_s
    assert target.first_response_s
    assert target.idle_mib
    assert 20 < target.idle_mib < 300


def test_confinement_and_users(lived: tuple[str, TargetRecord]) -> None:
    name, target = lived
    if name in CONFINED:
        assert target.exposure is not None
        assert target.exposure <= 1.2
    could = {probe for probe, able in target.probes.items() if able}
    if name in BY_HAND:
        assert target.user == "root"
        assert "gain_root" in could
    else:
        assert target.user == "demoapp"
        assert could <= {"connect_out", "list_users"}


def test_offline_is_proved(lived: tuple[str, TargetRecord]) -> None:
    name, target = lived
    assert target.offline is (name in OFFLINE)


def test_every_step_has_its_log(lived: tuple[str, TargetRecord], built: Built) -> None:
    _, target = lived
    for step in target.steps:
        assert step.command in (built.dist / step.log).read_text("utf-8")


def test_try_shows_the_site_and_leaves_nothing(built: Built) -> None:
    built.record("docker")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        places = ["--project", str(built.project.root), "--dist", str(built.dist)]
        argv = [sys.executable, "-m", "shipways", "try", "docker", "--port", str(port), *places]
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as shown:
            text = _until(shown, "Ctrl-C removes it")
            address = re.findall(r"http://127\.0\.0\.1:(\d+)/", text)
            assert address, text
            assert int(address[0]) > port
            url = f"http://127.0.0.1:{address[0]}/about?format=json"
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert json.load(answer)["format"] == "docker"
            assert "# docker load -i" in text
            assert "Log in as admin with the password " in text
            machine = re.findall(r"docker exec -it (\S+) bash", text)[0]
            shown.send_signal(signal.SIGINT)
            shown.communicate(timeout=60)
            assert shown.returncode == 0
    assert machine not in _names()


def _until(shown: subprocess.Popen[str], last: str) -> str:
    assert shown.stdout is not None
    text, limit = "", time.monotonic() + TRY_WITHIN_S
    for line in shown.stdout:
        text += line
        if last in line:
            return text
        assert time.monotonic() < limit, text
    raise AssertionError(text)


def _names() -> set[str]:
    from shipways.machines import engine

    return {str(found.name) for found in engine.client().containers.list(all=True)}


def test_nothing_to_verify_is_wrong_use(built: Built, tmp_path: Path) -> None:
    places = ["--project", str(built.project.root), "--dist", str(tmp_path)]
    assert cli.main(["verify", *places]) == 2
    assert cli.main(["verify", "--target", "debian:11", *places]) == 2
    assert cli.main(["try", "wheel", *places]) == 2
