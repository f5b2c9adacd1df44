"""The page: nothing from outside, figures that are the results' own, evidence that is there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shipways.report import render
from shipways.report.columns import COLUMNS
from shipways.report.i18n import words
from shipways.results import Results

Golden = Callable[[str], Results]
ReadPage = Callable[[Path], Any]
RECORDS = Path(__file__).parent / "golden" / "all.json"


@pytest.fixture(scope="module")
def page(golden: Golden, read_page: ReadPage, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read_page(render(golden("all"), tmp_path_factory.mktemp("dist"))[1])


def test_nothing_is_fetched(page: Any) -> None:
    assert not re.search(r"https?://|//fonts|url\(|@import", page.source)
    assert {attributes["href"] for attributes, _ in page.find("link")} == {"data:,"}
    assert not page.attributes("src")


def test_only_its_own_script_may_run(page: Any) -> None:
    ((policy, _),) = page.find("meta", http_equiv="Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", page.source, re.S)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy["content"]
    assert "default-src 'none'" in policy["content"]
    assert not [
        name
        for _tag, attributes, _ in page.elements
        for name in attributes
        if name.startswith("on")
    ]


def seen(record: dict[str, Any]) -> dict[str, Any]:
    """A format's target figures, read here on its own: the golden targets but one are debian-13."""
    targets = record.get("targets", {})
    return targets.get("debian-13") or next(iter(targets.values()), {})


def expected(record: dict[str, Any]) -> dict[str, float | None]:
    """A format's figures, straight from the JSON."""
    build, target = record.get("build", {}), seen(record)
    steps = [step for step in record.get("steps", []) if step["phase"] in ("install", "start")]
    lint = [each.get("errors", 0) + each.get("warnings", 0) for each in record.get("lint", [])]
    on_target = ("transfer_bytes", "footprint_bytes", "install_s", "first_response_s", "idle_mib")
    return {
        "artifact_bytes": record["artifacts"][0]["bytes"],
        "cold_s": build["cold_s"],
        "warm_s": build["warm_s"],
        "peak_mib": build["peak_mib"],
        "reproducible": build["reproducible"],
        "lint": sum(lint),
        "commands": len(steps),
        "offline": target["offline"],
        "exposure": target["exposure"],
        **{key: target[key] for key in on_target},
    }


def test_every_figure_is_that_of_the_results(page: Any) -> None:
    formats = json.loads(RECORDS.read_text("utf-8"))["formats"]
    rows = re.findall(r'<tr data-format="([^"]+)">(.*?)</tr>', page.source, re.S)
    assert len(rows) == 2 * sum(record["status"] == "ok" for record in formats.values())
    keys = [*COLUMNS]
    for name, row in rows:
        values = dict(zip(keys, re.findall(r'<td( data-value="[^"]*")?', row), strict=True))
        for key, value in expected(formats[name]).items():
            shown = re.search(r'"(.*)"', values[key])
            assert shown, (name, key)
            assert float(shown[1]) == float(value or 0), (name, key)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_lead_is_true(page: Any, language: str) -> None:
    formats = json.loads(RECORDS.read_text("utf-8"))["formats"]
    told = {name: expected(record) for name, record in formats.items() if record["status"] == "ok"}
    said = {
        kind: [text for _, text in page.find("div", data_finding=kind)][language == "ru"]
        for kind in (column.key for column in COLUMNS.values() if column.lead)
    }
    for kind, text in said.items():
        order = sorted(told, key=lambda name: told[name][kind] or 0)
        first, last = told[order[0]][kind], told[order[-1]][kind]
        assert first is not None
        assert last is not None
        assert order[0] in text
        write = {"_s": "seconds", "es": "bytes", "ds": "number"}[kind[-2:]]
        for value in (first, last):
            number = getattr(words(language), write)(value).split("\xa0")[0]
            assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", text), (kind, number)


def test_every_figure_leads_to_its_evidence(page: Any) -> None:
    ids = set(page.attributes("id"))
    cells = re.findall(r'<td[^>]*><a href="#([^"]+)">', page.source)
    assert len(cells) > 150
    assert set(cells) <= ids
    evidence = {attributes["id"]: text for attributes, text in page.find("div", tabindex="-1")}
    assert "shipways build deb" in evidence["en-deb-cold_s"]
    assert "from the same commands as Build, cold" in evidence["en-deb-warm_s"]
    assert "Runs: 7.18 s; 7.40 s; 7.84 s" in evidence["en-deb-warm_s"]
    assert "48,210 bytes" in evidence["en-deb-artifact_bytes"]
    assert "2 files, 2.05 kB" in evidence["en-rpm-removal"]
    assert "dnf downgrade left the old unit file" in evidence["en-rpm-rollback"]


def test_logs_are_links_only_where_they_are(
    golden: Golden, read_page: ReadPage, tmp_path: Path
) -> None:
    kept = tmp_path / "logs" / "deb" / "build.log"
    kept.parent.mkdir(parents=True)
    kept.write_text("built")
    (tmp_path.parent / "outside.log").write_text("private")
    results = golden("all")
    results.formats["rpm"].build.log = "../outside.log"
    results.formats["wheel"].build.log = "/etc/hostname"
    results.formats["docker"].build.log = "javascript:alert(1)"
    links = {
        link
        for link in read_page(render(results, tmp_path)[1]).attributes("href")
        if not link.startswith(("#", "data:"))
    }
    assert links == {"logs/deb/build.log"}


def test_what_each_phase_showed_is_told(
    golden: Golden, read_page: ReadPage, tmp_path: Path
) -> None:
    results = golden("all")
    target = results.formats["deb"].targets["debian-13"]
    target.phase_s = {"upgrade": 12.3}
    target.notes = {"upgrade": "12 notes were posted\nand 0 refused"}
    results.formats["rpm"].targets["debian-13-dnf"].status = "failed"
    text = read_page(render(results, tmp_path)[1]).find("article", id="en-deb")[0][1]
    assert "upgrade: yes, 12.3 s" in text
    assert "12 notes were posted and 0 refused" in text


def test_charts_have_words_and_data(page: Any) -> None:
    pictures = page.find("div", role="img")
    assert len(pictures) == 10
    assert all(attributes["aria-label"].count(":") >= 6 for attributes, _ in pictures)
    assert len(page.find("figure")) == 10
    assert len(re.findall(r"<figure.*?<table.*?</figure>", page.source, re.S)) == 10
    assert len(page.find("svg", aria_hidden="true")) == 10


def test_commands_are_to_be_copied_without_their_prompt(page: Any) -> None:
    commands = re.findall(r'<span class="prompt"[^>]*>(.) </span><code>(.*?)</code>', page.source)
    assert ("$", "python3 -m venv ~/notes") in commands
    assert ("#", "dnf install ./notes-1.0.0-1.noarch.rpm") in commands


def test_claims_have_measurement_and_verdict(page: Any) -> None:
    claims = [text for _, text in page.find("article", class_="claim")]
    assert len(claims) == 6
    assert "Containers deliver an application quickly. holds" in claims[0]
    assert "17.1 s" in claims[0]
    assert "верно отчасти" in claims[4]
