"""What verified targets tell of the claims."""

from __future__ import annotations

import pytest

from shipways.claims import CLAIMS, from_results
from shipways.results import Results


def test_delivery_is_what_arrives_and_how_soon_it_answers(found: Results) -> None:
    rows = from_results.rows(found, CLAIMS["delivery"])
    assert rows["wheel"] == {
        "transfer_bytes": 20763187,
        "first_response_s": 6.97,
        "log": "logs/debian:13/install.log",
    }
    assert (rows["docker"]["quickest_s"], rows["docker"]["slowest_s"]) == (4.7, 5.4)
    assert "rpm" not in rows


@pytest.mark.parametrize(
    ("name", "systems", "commands", "different"),
    [("wheel", 1, 4, 2), ("deb", 2, 2, 2), ("docker", 1, 2, 0)],
)
def test_a_family_s_own_package_manager_makes_a_command_differ(
    found: Results, name: str, systems: int, commands: int, different: int
) -> None:
    row = from_results.rows(found, CLAIMS["commands"])[name]
    told = (row["systems"], row["commands"], row["different_commands"])
    assert told == (systems, commands, different)


def test_what_was_not_typed_everywhere_differs(found: Results) -> None:
    docker = found.formats["docker"]
    docker.targets["podman"] = docker.targets["docker"]
    assert from_results.rows(found, CLAIMS["commands"])["docker"]["different_commands"] == 0
    other = docker.targets["docker"].steps[:1]
    docker.targets["podman"] = type(docker.targets["docker"])(status="ok", steps=other)
    row = from_results.rows(found, CLAIMS["commands"])["docker"]
    assert (row["systems"], row["different_commands"]) == (2, 1)


def test_isolation_is_what_an_intruder_could_do(found: Results) -> None:
    rows = from_results.rows(found, CLAIMS["isolation"])
    assert rows["wheel"] == {"read_home": True, "gain_root": True, "connect_out": True}
    found.formats["wheel"].targets["debian:13"].probes = {}
    assert "wheel" not in from_results.rows(found, CLAIMS["isolation"])


def test_a_log_tells_where_the_figures_come_from(found: Results) -> None:
    text = from_results.evidence(found, CLAIMS["isolation"])
    assert "docker on docker (docker)\n  read_home: False\n" in text
    assert "  # docker load -i n.tar.gz\n" in text
    assert 'tried from inside: {"uid": 10001}' in text
