"""Stages: made once, a failure told once, and what fails is never tried in what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from shipways import results
from shipways.build import pipeline
from shipways.build.dist import Dist
from shipways.errors import BuildError, HashMismatch, ToolMissing
from shipways.formats import Format, Options, Product
from shipways.formats.step import Step
from shipways.project import model
from shipways.results import Builder
from shipways.util.stage import Stage, fresh, stage


@dataclass(frozen=True)
class Works:
    error: BaseException | None = None
    tries: list[str] = field(default_factory=list)

    @stage("grain")
    def grain(self) -> int:
        """What flour is made of."""
        self.tries.append("grain")
        if self.error:
            raise self.error
        return 3

    @stage("flour")
    def flour(self) -> int:
        self.tries.append("flour")
        return self.grain * 2


def test_made_once() -> None:
    works = Works()
    assert [works.flour, works.flour, works.grain] == [6, 6, 3]
    assert works.tries == ["flour", "grain"]
    assert isinstance(Works.grain, Stage)
    assert Works.grain.__doc__ == "What flour is made of."


@pytest.mark.parametrize(
    ("error", "later"),
    [
        (BuildError("locusts", hint="pray", log=Path("l.log")), BuildError),
        (HashMismatch("not this grain"), HashMismatch),
        (ToolMissing("no plough"), ToolMissing),
        (OSError(28, "full"), BuildError),
        (KeyError("a mistake"), BuildError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failure_is_whole_once_and_then_one_line(error: Exception, later: type[Exception]) -> None:
    works = Works(error)
    with pytest.raises(type(error)) as first:
        _ = works.flour
    assert first.value is error
    for asked in ("flour", "grain", "flour"):
        with pytest.raises(later) as caught:
            getattr(works, asked)
        assert isinstance(caught.value, BuildError | ToolMissing)
        assert caught.value.reason == "grain failed, see above."
        assert caught.value.log == getattr(error, "log", None)
        assert caught.value.told
    assert works.tries == ["flour", "grain"]


def test_what_needs_a_failed_stage_later_names_that_one() -> None:
    works = Works(BuildError("locusts"))
    for _ in range(2):
        with pytest.raises(BuildError):
            _ = works.grain
    for _ in range(2):
        with pytest.raises(BuildError, match="grain failed, see above"):
            _ = works.flour


def test_an_interrupt_is_no_failure() -> None:
    works = Works(KeyboardInterrupt())
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            _ = works.flour
    assert works.tries == ["flour", "grain"] * 2


def test_fresh(tmp_path: Path) -> None:
    (tmp_path / "half" / "made").mkdir(parents=True)
    assert fresh(tmp_path / "half") == tmp_path / "half"
    assert list(tmp_path.iterdir()) == []
    fresh(tmp_path / "half")


BACKEND = """\
def build_sdist(folder, settings=None):
    with open({tries!r}, "a") as file:
        file.write("x")
    raise RuntimeError("the stylesheet is missing")
"""
SYSTEM = 'requires = []\nbuild-backend = "broken"\nbackend-path = ["."]'
NAMES = ("wheel", "deb", "rpm")


def packs(notes: Path, uses: str) -> list[Format]:
    """Three formats that need one stage."""
    made = Format(
        id="wheel",
        title="Pack",
        kind="package",
        installs_on="anything",
        needs=lambda found: "",
        uses=(uses,),
        tools=(),
        build=lambda job: Product((), Builder(tool="pack")),
        lint=lambda job, product: [],
        steps=lambda found, _file: (Step("install", "true", "for nothing"),),
        file_name=lambda _: "",
    )
    return [replace(made, id=name) for name in NAMES]


@pytest.fixture
def broken(notes: Path) -> Path:
    """A project whose build backend raises."""
    text = (notes / "pyproject.toml").read_text("utf-8")
    rest = text.partition("\n\n")[2]
    (notes / "pyproject.toml").write_text(f"[build-system]\n{SYSTEM}\n\n{rest}", "utf-8")
    (notes / "broken.py").write_text(BACKEND.format(tries=str(notes.parent / "tries")))
    return notes


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[..., results.Results]:
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    def run(root: Path, uses: str, **more: Any) -> results.Results:
        dist, cache = Dist(root / "dist"), root.parent / "cache"
        found = model.load(root)
        chosen = Options()
        return pipeline.build(
            found, packs(root, uses), dist, cache, chosen, publish=lambda _: None, **more
        )

    return run


@pytest.mark.process
def test_a_wheel_that_cannot_be_built_is_tried_and_told_once(
    broken: Path, build: Callable[..., results.Results], capfd: pytest.CaptureFixture[str]
) -> None:
    rows = build(broken, "distributions").formats
    reasons = [rows[name].reason for name in NAMES]
    assert reasons[0].startswith("RuntimeError: the stylesheet is missing\nThe command was: ")
    assert reasons[1:] == ["wheel and sdist failed, see above."] * 2
    assert {rows[name].status for name in NAMES} == {"failed"}
    assert (broken.parent / "tries").read_text() == "x"
    for name in NAMES:
        log = (broken / "dist" / rows[name].build.log).read_text()
        assert "RuntimeError: the stylesheet is missing" in log
    said = capfd.readouterr().err
    assert "FileExistsError" not in said
    assert said.count("Backend subprocess exited") == 1
    assert said.count("The log is") == 1


@pytest.mark.process
def test_the_same_cause_again_in_another_try_is_told_in_short(
    broken: Path, build: Callable[..., results.Results]
) -> None:
    """Where one format has its cold figures and the next has not, both kinds of build are tried."""
    found = build(broken, "distributions")
    found.formats["wheel"].build.cold_s = 1.0
    results.save(found, broken / "dist" / "results.json")
    rows = build(broken, "distributions").formats
    reasons = [rows[name].reason for name in NAMES]
    cause = "RuntimeError: the stylesheet is missing"
    assert reasons[0].startswith(f"{cause}\nThe command was: ")
    assert reasons[1] == f"{cause}\nThe same as for wheel, see above."
    assert reasons[2] == "wheel and sdist failed, see above."


@pytest.mark.process
def test_a_wheelhouse_that_cannot_be_filled_is_tried_and_told_once(
    notes: Path, build: Callable[..., results.Results]
) -> None:
    rows = build(notes, "wheelhouse").formats
    reasons = [rows[name].reason for name in NAMES]
    assert reasons[0].startswith("ERROR: No matching distribution found for django==5.2.1\n")
    assert reasons[1:] == ["wheelhouse failed, see above."] * 2
    log = (notes / "dist" / "logs" / "inputs" / "wheelhouse.log").read_text()
    assert log.count("\n$ ") + log.startswith("$ ") == 1
