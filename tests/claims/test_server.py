"""A server is gone afterwards; what was seen counts even where the engine is slow to remove it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from shipways.claims import server as stages
from shipways.claims.server import Stage, server
from shipways.machines import image_cache
from shipways.verify import scenario


@pytest.fixture
def slow(stage: Callable[[str], Stage], monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage on which the engine does not answer when a machine is removed."""

    @contextlib.contextmanager
    def machine(*_: Any, **__: Any) -> Iterator[Any]:
        yield SimpleNamespace(copy_in=lambda *_: None)
        raise TimeoutError("Read timed out.")

    monkeypatch.setattr(stages, "machine", machine)
    monkeypatch.setattr(image_cache, "ensure", lambda *_, **__: None)
    monkeypatch.setattr(scenario, "prepare", lambda *_: None)
    return stage("docker")


def test_a_late_answer_at_the_end_does_not_matter(slow: Stage) -> None:
    with server(slow) as host:
        assert host.client.base == "http://127.0.0.1:8000"


def test_one_before_does(slow: Stage) -> None:
    with pytest.raises(OSError, match="no space"), server(slow):
        raise OSError("no space")
