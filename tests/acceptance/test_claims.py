"""Claims measured on real machines: a container is moved to another server, and copied."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from shipways import __main__ as cli
from shipways import results
from shipways.claims import CLAIMS, fill_server

if TYPE_CHECKING:
    from tests.acceptance.conftest import Built

COUNTS = (1, 3)


@pytest.fixture(scope="module")
def measured(built: Built) -> dict[str, Any]:
    """The image's figures for both claims that need machines, by the command line."""
    built.record("docker")
    few = replace(CLAIMS["density"], measure=partial(fill_server.measure, counts=COUNTS))
    places = ["--project", str(built.project.root), "--dist", str(built.dist)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CLAIMS, "density", few)
        assert cli.main(["claims", "docker", *places]) == 0
    found = results.load(built.dist / results.FILE_NAME)
    assert found is not None
    return {claim.id: claim.measurement.get("docker") for claim in found.claims}


def test_a_container_is_moved_with_its_data(measured: dict[str, Any], built: Built) -> None:
    row = measured["moving"]
    assert row["data_kept"] is True
    assert row["steps"] == 7
    assert row["moved_bytes"] > built.artifact("docker").stat().st_size
    assert row["fetched_bytes"] < 100_000
    assert 0 < row["serving_s"] < 300


def test_copies_share_the_image(measured: dict[str, Any], built: Built) -> None:
    row = measured["density"]
    assert row["copies"] == max(COUNTS)
    assert "stopped" not in row
    assert 20 < row["copies1_mib"] < 300
    assert 10 < row["further_mib"] < row["copies1_mib"]
    assert row["copies1_bytes"] > built.artifact("docker").stat().st_size
    assert 0 < row["further_bytes"] < row["copies1_bytes"] / 4


def test_every_figure_has_its_log(measured: dict[str, Any], built: Built) -> None:
    for name in ("moving", "density"):
        log = built.dist / measured[name]["log"]
        assert "# docker load -i" in log.read_text("utf-8")
        assert f'href="{measured[name]["log"]}"' in (built.dist / "report.html").read_text("utf-8")
