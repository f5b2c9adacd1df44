"""The pipeline with formats that need no tools: rows, figures, failures, what stays in dist/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from shipways import report, results
from shipways.build import host, inventory, pipeline
from shipways.build.dist import Dist
from shipways.build.timed_build import Workshop, command
from shipways.errors import BuildError, ProjectError, UsageError
from shipways.formats import FORMATS, Format, Job, Options, Product, Tool
from shipways.formats.step import Step
from shipways.inputs.stages import Inputs
from shipways.project import model, source_tree
from shipways.results import Builder, Host, Lint, Results, TargetRecord

Build = Callable[[Job], Product]


def packed(content: str) -> Build:
    def build(job: Job) -> Product:
        path = job.work / "notes.pack"
        path.write_text(content)
        return Product((path,), Builder(tool="pack", version="1"), installed_bytes=len(content))

    return build


def lint(job: Job, product: Product) -> list[Lint]:
    log = job.logs / "packlint.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(product.paths[0].name)
    return [Lint(tool="packlint", log=str(log))]


PACK = Format(
    id="pack",
    title="Pack",
    kind="package",
    installs_on="anything",
    needs=lambda found: f"room for {found.name}",
    uses=(),
    tools=(),
    build=packed("content"),
    lint=lint,
    steps=lambda found, _file: (Step("install", f"unpack {found.name}", "put it there"),),
    file_name=lambda _: "notes_all.pack",
)


@pytest.fixture
def build(notes: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Results]:
    monkeypatch.setattr(source_tree, "commit", lambda root: "c0ffee")
    monkeypatch.setattr(source_tree, "epoch", lambda root: 1700000000)
    monkeypatch.setattr(host, "describe", lambda: Host(os="Test"))

    def run(formats: Sequence[Format], **more: Any) -> Results:
        found = model.load(notes)
        dist, cache = Dist(notes / "dist"), notes / "cache"
        publish = partial(report.render, dist=dist.path)
        return pipeline.build(found, formats, dist, cache, Options(), publish=publish, **more)

    return run


def test_row_of_a_built_format(build: Callable[..., Results], notes: Path) -> None:
    found = build([PACK], runs=3)
    row = found.formats["pack"]
    assert (row.status, row.title, row.needs) == ("ok", "Pack", "room for notes-app")
    assert row.artifacts[0].path == "notes.pack"
    assert row.artifacts[0].installed_bytes == 7
    assert row.steps[0].command == "unpack notes-app"
    assert row.lint[0].log == "logs/pack/packlint.log"
    assert (notes / "dist" / row.lint[0].log).is_file()
    assert len(row.build.runs) == 3
    assert row.build.cold_s is not None
    assert row.build.reproducible is True
    assert (found.project.commit, found.host.os) == ("c0ffee", "Test")
    assert results.load(notes / "dist" / "results.json") == found
    names = {path.name for path in (notes / "dist").iterdir()}
    assert {"notes.pack", "SHA256SUMS", "report.html", "report.md"} <= names
    assert not any(name.startswith(".work-") for name in names)


def test_cold_figure_is_kept_until_asked_for(build: Callable[..., Results]) -> None:
    first = build([PACK]).formats["pack"].build
    second = build([PACK]).formats["pack"].build
    assert second.cold_s == first.cold_s
    assert second.reproducible is True
    assert build([PACK], cold=True).formats["pack"].build.cold_runs


def test_failure_keeps_the_others_and_dist(build: Callable[..., Results], notes: Path) -> None:
    def broken(job: Job) -> Product:
        (job.work / "half.pack").write_text("half")
        raise BuildError("the tool broke", log=job.logs / "tool.log")

    build([PACK])
    found = build([replace(PACK, build=broken), replace(PACK, id="other")])
    row = found.formats["pack"]
    assert (row.status, found.formats["other"].status) == ("failed", "ok")
    assert "the tool broke" in row.reason
    assert (notes / "dist" / "notes.pack").read_text() == "content"
    assert not list((notes / "dist").rglob("half.pack"))


def test_missing_tool_is_a_skipped_row(build: Callable[..., Results]) -> None:
    absent = Tool("packer", lambda: None, "apt-get install packer")
    row = build([replace(PACK, tools=(absent,))]).formats["pack"]
    assert row.status == "skipped"
    assert row.reason == "packer is not there.\napt-get install packer"


def test_what_a_project_cannot_have_is_skipped(build: Callable[..., Results]) -> None:
    never = replace(PACK, obstacle=lambda found: f"{found.name} is none", instead="Take another.")
    found = build([never, replace(PACK, id="other")], named=False)
    assert found.formats["pack"].status == "skipped"
    assert found.formats["pack"].reason == "notes-app is none."
    assert found.formats["other"].status == "ok"


def test_and_refused_where_it_is_asked_for(build: Callable[..., Results]) -> None:
    never = replace(PACK, obstacle=lambda _: "there is none", instead="Take another.")
    with pytest.raises(ProjectError, match=r"^pack: there is none\.") as caught:
        build([replace(PACK, id="other"), never])
    assert caught.value.hint == "Take another."


def test_what_cannot_start_is_failed(
    build: Callable[..., Results], monkeypatch: pytest.MonkeyPatch, notes: Path
) -> None:
    def prove(_shop: Workshop) -> None:
        raise BuildError("It does not start, for its settings: ImportError: no")

    monkeypatch.setattr(Workshop, "prove", prove)
    row = build([PACK]).formats["pack"]
    assert row.status == "failed"
    assert row.reason.endswith("ImportError: no")
    assert not (notes / "dist" / "notes.pack").exists()


def test_builds_that_differ_fail_and_change_nothing(
    build: Callable[..., Results], notes: Path
) -> None:
    contents = iter(["one", "two"])
    row = build([replace(PACK, build=lambda job: packed(next(contents))(job))]).formats["pack"]
    assert row.status == "failed"
    assert "different bytes" in row.reason
    assert not (notes / "dist" / "notes.pack").exists()


def test_link_has_no_build_figures(build: Callable[..., Results]) -> None:
    link = replace(PACK, build=lambda job: Product((), Builder(tool="git")))
    row = build([replace(link, lint=lambda job, product: [])]).formats["pack"]
    assert (row.status, row.artifacts) == ("ok", [])
    assert row.build.warm_s is None


def test_wrong_project_stops_all(build: Callable[..., Results]) -> None:
    def wrong(job: Job) -> Product:
        raise ProjectError("the lock does not fit")

    with pytest.raises(ProjectError):
        build([replace(PACK, build=wrong), PACK])


def test_verified_targets_live_as_long_as_the_bytes(
    build: Callable[..., Results], notes: Path
) -> None:
    found = build([PACK])
    found.formats["pack"].targets["debian:13"] = TargetRecord(status="ok")
    results.save(found, notes / "dist" / "results.json")
    assert build([PACK]).formats["pack"].targets
    assert not build([replace(PACK, build=packed("new"))]).formats["pack"].targets


def with_bill(content: str) -> Build:
    def build(job: Job) -> Product:
        product = packed("content")(job)
        path = job.work / "notes.pack.cdx.json"
        path.write_text(content)
        return replace(product, sbom=path)

    return build


def test_bill_lies_beside_the_artifact_and_counts_as_none(
    build: Callable[..., Results], notes: Path
) -> None:
    row = build([replace(PACK, build=with_bill("bill"))]).formats["pack"]
    assert [file.path for file in row.artifacts] == ["notes.pack"]
    assert row.sbom is not None
    assert row.sbom.path == "notes.pack.cdx.json"
    assert (notes / "dist" / row.sbom.path).read_text() == "bill"
    sums = (notes / "dist" / "SHA256SUMS").read_text()
    assert f"{row.sbom.sha256}  notes.pack.cdx.json\n" in sums
    page = (notes / "dist" / "report.html").read_text()
    assert 'href="notes.pack.cdx.json"' in page


def test_bill_has_to_be_the_same_twice_as_well(build: Callable[..., Results]) -> None:
    contents = iter(["one", "two"])
    wavering = replace(PACK, build=lambda job: with_bill(next(contents))(job))
    assert build([wavering]).formats["pack"].status == "failed"


def test_link_has_a_bill_without_a_file(build: Callable[..., Results], notes: Path) -> None:
    link = replace(
        PACK,
        build=lambda job: replace(with_bill("bill")(job), paths=()),
        lint=lambda job, product: [],
    )
    row = build([link]).formats["pack"]
    assert row.artifacts == [] and row.sbom
    assert (notes / "dist" / row.sbom.path).is_file()


def test_steps_name_the_file_as_it_was_built(build: Callable[..., Results]) -> None:
    said = replace(
        PACK,
        steps=lambda found, file: (Step("install", f"unpack {file}", "put it there"),),
        file_name=lambda found: "notes_all.pack",
    )
    assert build([said]).formats["pack"].steps[0].command == "unpack notes.pack"


@pytest.mark.parametrize("others", [(), ("wheel",)])
def test_packager_that_makes_none_of_the_packages(notes: Path, others: tuple[str, ...]) -> None:
    packs = [replace(PACK, builders=("nfpm", "fpm"))]
    packs += [replace(PACK, id=name) for name in others]
    dist, chosen = Dist(notes / "dist"), Options(builder="rpmbuild")
    with pytest.raises(UsageError, match="rpmbuild does not make pack") as caught:
        pipeline.build(model.load(notes), packs, dist, notes / "cache", chosen, publish=print)
    assert caught.value.exit_code == 2
    assert "nfpm or fpm" in caught.value.hint
    assert not dist.path.exists()


def test_a_build_tells_how_to_do_it_again_and_where_its_log_is(
    build: Callable[..., Results], notes: Path
) -> None:
    def logging(job: Job) -> Product:
        (job.logs / "build.log").write_text("packed")
        return packed("content")(job)

    row = build([replace(PACK, build=logging, services=("app", "db"))], runs=2, cold=True)
    found = row.formats["pack"]
    assert found.build.command == "shipways build pack --runs 2 --cold"
    assert (notes / "dist" / found.build.log).read_text() == "packed"
    assert found.services == ["app", "db"]
    again = build([replace(PACK, build=logging)]).formats["pack"].build
    assert again.command == "shipways build pack"
    assert again.cold_runs == found.build.cold_runs


def test_chosen_options_are_in_the_command() -> None:
    chosen = Options(builder="nfpm", base_source="archive")
    said = command(PACK, chosen, 1, cold=False)
    assert said == "shipways build pack --builder nfpm --base-source archive"


def test_what_only_passes_on_a_shared_stage_keeps_its_log(
    build: Callable[..., Results], notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shared(inputs: Inputs) -> Path:
        (inputs.logs / "distributions.log").write_text("built")
        return inputs.work

    monkeypatch.setattr(Inputs, "distributions", property(shared))
    monkeypatch.setattr(pipeline, "contents", lambda *_: {"notes": 1})
    row = build([replace(PACK, uses=("distributions",))]).formats["pack"]
    assert row.build.log == "logs/pack/build.log"
    assert (notes / "dist" / row.build.log).read_text() == "built"
    assert row.contents == {"notes": 1}


def test_a_mistake_of_ours_has_its_log(build: Callable[..., Results], notes: Path) -> None:
    def wrong(job: Job) -> Product:
        raise KeyError("oops")

    row = build([replace(PACK, build=wrong)]).formats["pack"]
    assert row.status == "failed"
    assert "KeyError" in (notes / "dist" / row.build.log).read_text()


def test_what_a_file_holds_is_compared_with_the_lock(
    build: Callable[..., Results], notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"notes-app": Version("1.2.0"), "django": Version("5.2.1")}
    held = dict(wanted)
    monkeypatch.setattr(inventory, "asked_for", lambda inputs, uses: wanted)
    pack = replace(PACK, holds=lambda shipped, path: [*held.items()])
    assert build([pack]).formats["pack"].status == "ok"
    for wrong, says in (
        ({"notes-app": Version("1.2.0")}, "django 5.2.1 is missing"),
        (wanted | {"django": Version("4.2")}, "django is 4.2, not 5.2.1"),
        (wanted | {"flask": Version("3")}, "flask 3 was not asked for"),
    ):
        held.clear()
        held.update(wrong)
        row = build([replace(pack, build=packed("worse"))]).formats["pack"]
        assert row.status == "failed"
        assert f"notes.pack does not hold what the lock names: {says}" in row.reason
        assert (notes / "dist" / "notes.pack").read_text() == "content"


def test_a_file_that_holds_no_distributions_is_not_looked_at(
    build: Callable[..., Results], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "asked_for", lambda inputs, uses: {"x": Version("1")})
    assert build([replace(PACK, holds=lambda *_: None)]).formats["pack"].status == "ok"


@pytest.mark.parametrize("wanted", sorted(set(FORMATS) - {"git"}))
def test_every_format_with_files_tells_what_they_hold(wanted: str) -> None:
    assert FORMATS[wanted].holds
