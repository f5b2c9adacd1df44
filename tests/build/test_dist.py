"""dist/: held by one build, never half-written, SHA256SUMS over all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipways import results
from shipways.build.dist import Dist
from shipways.errors import Busy, ShipwaysError, UsageError
from shipways.results import FormatRecord, ProjectRecord, Results

RECORD = ProjectRecord(name="notes", version="1.0.0")


def test_second_build_is_told(tmp_path: Path) -> None:
    dist = Dist(tmp_path / "dist")
    with dist.locked(), pytest.raises(Busy, match="Another build") as caught, dist.locked():
        pass
    assert "--dist" in caught.value.hint
    with dist.locked():
        pass


def test_work_is_removed_also_a_killed_builds(tmp_path: Path) -> None:
    left = tmp_path / ".work-killed"
    left.mkdir()
    with pytest.raises(RuntimeError), Dist(tmp_path).locked() as work:
        (work / "half").touch()
        assert not left.exists()
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_place_and_sums(tmp_path: Path) -> None:
    dist = Dist(tmp_path)
    found = dist.open_results(RECORD)
    with dist.locked() as work:
        (work / "b.deb").write_bytes(b"b")
        (work / "a.rpm").write_bytes(b"aa")
        files = dist.place([work / "b.deb", work / "a.rpm"])
    found.formats["x"] = FormatRecord(status="ok", artifacts=files)
    dist.write_sums(found)
    assert [file.bytes for file in files] == [1, 2]
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in lines] == ["a.rpm", "b.deb"]
    assert lines[1].startswith("3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d")


def test_another_projects_results_are_kept(tmp_path: Path) -> None:
    dist = Dist(tmp_path)
    results.save(Results(project=RECORD), dist.results_file)
    with pytest.raises(UsageError, match="holds the results of notes, not other"):
        dist.open_results(ProjectRecord(name="other", version="1"))
    raised = dist.open_results(ProjectRecord(name="notes", version="1.1.0"))
    assert raised.project.version == "1.1.0"


def test_results_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert results.load(path) is None
    before = Results(project=RECORD, formats={"deb": FormatRecord(status="skipped", reason="no")})
    results.save(before, path)
    assert results.load(path) == before
    path.write_text('{"schema": "one"}')
    with pytest.raises(ShipwaysError, match="not a results file"):
        results.load(path)


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.json"
    results.write_atomically(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        results.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["results.json"]
