"""Each claim's verdict follows from its figures by the stated rule, and is explained by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shipways.claims import judge
from shipways.claims.verdict import Row
from shipways.report.claims import claim_views
from shipways.report.i18n import words
from shipways.results import ClaimRecord, Results

Change = dict[str, dict[str, Any]]
MEASURED: dict[str, dict[str, dict[str, Any]]] = {
    "delivery": {
        "deb": {"transfer_bytes": 13705372, "first_response_s": 5.5},
        "docker": {"transfer_bytes": 12963366, "first_response_s": 4.8},
    },
    "commands": {
        "deb": {"systems": 2, "commands": 2, "different_commands": 2},
        "docker": {"systems": 2, "commands": 2, "different_commands": 0},
    },
    "moving": {
        "deb": {"steps": 7, "moved_bytes": 4e6, "serving_s": 25.0, "data_kept": True},
        "docker": {"steps": 7, "moved_bytes": 27e6, "serving_s": 10.7, "data_kept": True},
    },
    "isolation": {
        "deb": {"read_home": False, "gain_root": False, "list_users": True},
        "wheel": {"read_home": True, "gain_root": True, "list_users": True},
        "docker": {"read_home": False, "gain_root": False, "connect_out": True},
    },
    "density": {
        "deb": {"copies": 1, "copies1_mib": 60.0, "copies5_mib": "not offered"},
        "wheel": {"copies": 20, "further_mib": 62.0, "further_bytes": 91e6},
        "docker": {"copies": 20, "further_mib": 64.3, "further_bytes": 3.9e6},
    },
}


def claim(name: str, **changes: dict[str, Any]) -> ClaimRecord:
    """A claim that holds, with other figures."""
    rows: dict[str, Row] = {
        key: {**row, **changes.get(key, {})} for key, row in MEASURED[name].items()
    }
    return ClaimRecord(
        id=name, measurement={key: dict(row) for key, row in rows.items()}, about=["docker"]
    )


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        ("delivery", {}, "holds"),
        ("delivery", {"docker": {"transfer_bytes": 25963366}}, "partly"),
        ("delivery", {"docker": {"transfer_bytes": 25963366, "first_response_s": 5.9}}, "fails"),
        ("delivery", {"docker": {"first_response_s": 5.9}, "deb": {"slowest_s": 6.0}}, "holds"),
        ("delivery", {"docker": {"first_response_s": 5.9, "quickest_s": 5.6}}, "partly"),
        ("delivery", {"docker": {"first_response_s": None}}, "unknown"),
        ("commands", {}, "holds"),
        ("commands", {"docker": {"systems": 1}}, "partly"),
        ("commands", {"docker": {"different_commands": 1}}, "partly"),
        ("commands", {"docker": {"different_commands": 2}}, "fails"),
        ("moving", {}, "holds"),
        ("moving", {"deb": {"steps": 6}}, "partly"),
        ("moving", {"deb": {"serving_s": 10.0}}, "holds"),
        ("moving", {"deb": {"serving_s": 9.0}}, "partly"),
        ("moving", {"deb": {"serving_s": 9.0, "data_kept": False}}, "unknown"),
        ("moving", {"docker": {"data_kept": False}}, "fails"),
        ("isolation", {}, "holds"),
        ("isolation", {"docker": {"read_home": True}}, "partly"),
        ("isolation", {"docker": {"read_home": True, "gain_root": True}}, "fails"),
        ("density", {}, "holds"),
        ("density", {"wheel": {"further_mib": 50.0}}, "partly"),
        ("density", {"wheel": {"further_bytes": 1e6}}, "partly"),
        ("density", {"docker": {"copies": 15}}, "partly"),
        ("density", {"docker": {"copies": 4}}, "fails"),
    ],
)
def test_verdict(name: str, changes: Change, verdict: str) -> None:
    assert judge(claim(name, **changes)).verdict == verdict


@pytest.mark.parametrize("name", MEASURED)
def test_without_a_container_nothing_is_known(name: str) -> None:
    measured = claim(name)
    del measured.measurement["docker"]
    assert judge(measured).verdict == "unknown"
    assert judge(ClaimRecord(id=name)).verdict == "unknown"


@pytest.fixture
def told(make_claims: Callable[..., Results]) -> Callable[..., str]:
    """A claim's reason in a language."""

    def say(language: str, measured: ClaimRecord) -> str:
        measured.verdict = judge(measured).verdict
        (view,) = claim_views(make_claims(measured), words(language))
        return view.reason.replace("\N{NO-BREAK SPACE}", " ")

    return say


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("delivery", "docker first answers 4.80 s after the first command"),
        ("commands", "deb: 2 commands, of which 2 differ from system to system."),
        ("moving", "docker: in 7 steps, with 27.0 MB carried over, the new server serves"),
        ("isolation", "of which none succeeded in: docker. Still possible there: connect to other"),
        ("isolation", "In wheel the intruder could: read other users' files, become root."),
        ("density", "docker: copies that served at once: 20; each further one takes 64.3 MiB"),
        ("density", "One machine takes one installation of: deb."),
    ],
)
def test_the_reason_has_the_figures(told: Callable[..., str], name: str, says: str) -> None:
    assert says in told("en", claim(name))


@pytest.mark.parametrize("name", MEASURED)
def test_the_reason_is_translated(told: Callable[..., str], name: str) -> None:
    russian = told("ru", claim(name))
    assert russian != told("en", claim(name))
    assert not {"the", "first", "serves", "intruder", "copies"} & set(russian.split())


def test_what_was_not_measured_says_what_to_type(told: Callable[..., str]) -> None:
    assert told("en", ClaimRecord(id="isolation")) == (
        "Figures are missing of: containers; type shipways verify."
    )
    assert "shipways claims" in told("en", ClaimRecord(id="density"))


def test_another_s_verdict_is_not_explained(make_claims: Callable[..., Results]) -> None:
    measured = claim("moving")
    measured.verdict = "fails"
    (view,) = claim_views(make_claims(measured), words("en"))
    assert view.reason == ""
