"""The best of several facts, and tables of them."""

from __future__ import annotations

import pytest

from shipways.project.detection import Fact, Facts


def test_the_surest_counts_and_of_those_the_first() -> None:
    found = Facts(
        [
            Fact("name", "folder", "the folder", "assumed"),
            Fact("name", "one", "a:1", "inferred"),
            Fact("name", "two", "b:1", "inferred"),
        ]
    )
    assert found["name"].value == "one"
    assert [fact.value for fact in found.all("name")] == ["one", "two", "folder"]
    assert found.all("version") == ()
    assert found.value("version", "0") == "0"
    with pytest.raises(KeyError):
        found["version"]


def test_a_table_has_what_is_below_it() -> None:
    found = Facts(
        [
            Fact("processes.worker", {"command": ["w"]}, "Procfile:2"),
            Fact("processes.beat", {"command": ["b"]}, "Procfile:3", "inferred", "really?"),
            Fact("services.redis", "redis", "s.py:1", "assumed"),
            Fact("services.redis", "redis", "s.py:9"),
        ]
    )
    assert found["processes"].value == {"worker": {"command": ["w"]}, "beat": {"command": ["b"]}}
    assert found["processes"].evidence == "Procfile:2, Procfile:3"
    assert (found["processes"].certainty, found["processes"].todo) == ("inferred", "really?")
    assert found["services"].value == ["redis"]
    assert found["services"].evidence == "s.py:9"
    assert list(found) == ["processes", "services"]
    assert len(found) == 2
    assert "processes.worker" in found
    assert "urls" not in found
    with pytest.raises(KeyError):
        found["urls"]
