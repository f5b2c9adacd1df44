"""The .rpm without a packager: which tool is chosen, and what it is told."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

import pytest

from shipways.errors import BuildError, ToolMissing
from shipways.formats.base import Job
from shipways.formats.rpm import archive
from shipways.formats.rpm import format as rpm
from shipways.formats.rpm import metadata as package
from shipways.util.command import run

MakeJob = Callable[..., Job]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run; every packager is installed."""
    found: list[list[str]] = []

    def record(argv: list[Any], **_: Any) -> None:
        found.append([str(word) for word in argv])

    def move(made: Path, out: Path) -> None:
        assert made.name == out.name

    for module in ("nfpm", "fpm", "rpmbuild"):
        monkeypatch.setattr(f"shipways.formats.packagers.{module}.run", record)
    monkeypatch.setattr("shutil.move", move)
    monkeypatch.setattr("shipways.formats.packagers.version", lambda name: "1.0")
    monkeypatch.setattr(rpm, "find", lambda name: name)
    monkeypatch.setattr("shipways.formats.rpm.archive.repack", lambda *_: None)
    monkeypatch.setattr("shipways.formats.rpm.archive.changelog", lambda _: "- Release 1.2.0")
    return found


@pytest.fixture
def hostile(make_job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeJob:
    """Jobs in a folder whose name needs quotes everywhere, in another language and time zone."""

    def make(epoch: int, **options: Any) -> Job:
        job = make_job(**options)
        work = tmp_path / "büro & co 50% %{name} $x"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        inputs = cast(Any, dataclasses.replace(cast(Any, job.inputs), epoch=epoch))
        return dataclasses.replace(job, work=work, inputs=inputs)

    for name in ("LC_ALL", "LANG", "LANGUAGE"):
        monkeypatch.setenv(name, "tr_TR.UTF-8")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    return make


def queried(package: Path, form: str) -> str:
    """rpm takes the package's path for a pattern: from here it needs none.

    It complains first where it has no database yet and may not make one.
    """
    argv = ["rpm", "--query", "--package", f"--queryformat={form}", package.name]
    done = run(argv, timeout=60, cwd=package.parent, env={"LC_ALL": "C.UTF-8"})
    return done.output.splitlines()[-1]


def test_the_tool_is_not_chosen_by_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one commit would give other bytes where rpmbuild, or another version of it, is."""
    monkeypatch.setattr(rpm, "find", lambda name: name)
    assert rpm.choose_tool("auto") == "nfpm"
    assert rpm.choose_tool("rpmbuild") == "rpmbuild"


def test_a_tool_that_was_asked_for_and_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm, "find", lambda name: None)
    with pytest.raises(ToolMissing, match="fpm is not installed") as caught:
        rpm.choose_tool("fpm")
    assert "gem install fpm" in caught.value.hint


def test_fpm_is_told_owners_and_times(make_job: MakeJob, calls: list[list[str]]) -> None:
    product = rpm.build(make_job(builder="fpm"))
    (words,) = calls
    for word in (
        "--output-type=rpm",
        "--rpm-compression=xz",
        "--rpm-compression-level=9",
        "--rpm-digest=sha256",
        "--rpm-attr=0640,root,notes-app:/etc/notes-app/notes-app.env",
        "--rpm-rpmbuild-define=_buildhost reproducible",
        "--directories=/etc/notes-app",
        "--architecture=noarch",
    ):
        assert word in words
    assert product.paths[0].name == "notes-app-1.2.0-1.noarch.rpm"
    assert product.builder.tool == "fpm"


def test_the_bill_is_inside_and_beside(job: Job, calls: list[list[str]]) -> None:
    product = rpm.build(job)
    files = {file.path: file.content for file in package.describe(job).files}
    assert product.sbom == job.work / "notes-app-1.2.0-1.noarch.rpm.cdx.json"
    assert product.sbom.read_bytes() == files["/usr/share/doc/notes-app/notes-app.cdx.json"]


def test_steps_name_the_file_that_was_built(job: Job) -> None:
    built = package.file_name(job.project, "x86_64")
    told = [step.command for step in rpm.FORMAT.printed(job.project, built)]
    assert told[0] == "dnf install -y ./notes-app-1.2.0-1.x86_64.rpm"


def test_a_spec_holds_all_that_rpmbuild_needs(make_job: MakeJob, calls: list[list[str]]) -> None:
    job = make_job(builder="rpmbuild")
    rpm.build(job)
    spec = (job.work / "package.spec").read_text()
    for line in (
        "Name: notes-app",
        "Version: 1.2.0",
        "Release: 1",
        "License: MIT",
        "URL: https://notes.example.org",
        "BuildArch: noarch",
        "AutoReqProv: no",
        "Requires: python3 >= 3.10",
        "Requires: systemd",
        "Provides: user(notes-app)",
        "%dir /etc/notes-app",
        "%attr(0640,root,notes-app) %config(noreplace) /etc/notes-app/notes-app.env",
        "/usr/lib/notes-app/site-packages",
        "* Tue Nov 14 2023 Ada Lovelace <ada@example.org> - 1.2.0-1",
        "%global _buildhost reproducible",
    ):
        assert line in spec.splitlines()
    assert "%postun" in spec
    assert "%global _binary_payload w6T2.xzdio" in spec
    assert calls[0][:2] == ["rpmbuild", "-bb"]


def test_nfpm_marks_settings_and_licence(make_job: MakeJob, calls: list[list[str]]) -> None:
    job = make_job(compression="fast")
    assert rpm.build(job).builder.compression == "fast: zstd"
    config = (job.work / "nfpm.yaml").read_text()
    for text in (
        'type: "config|noreplace"',
        "group: notes-app",
        "type: license",
        "type: doc",
        "buildhost: reproducible",
        "changelog: ",
    ):
        assert text in config
    assert 'semver: "1.2.0-1"' in (job.work / "changelog.yaml").read_text()
    assert calls[0][0] == "nfpm"


def test_compiled_parts_pin_the_interpreter(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    found = package.describe(make_job(pure=False, pythons=">=3.13,<3.14"))
    assert found.architecture == "x86_64"
    assert found.depends[0] == "python(abi) = 3.13"


def test_a_library_that_a_distribution_loads_is_suggested(job: Job, site: Path) -> None:
    (site / "psycopg").mkdir()
    assert package.describe(job).suggests == ("libpq",)


def test_scriptlets_never_fail_a_transaction(job: Job) -> None:
    for name, text in package.scripts(job.project).items():
        assert text.rstrip().endswith("exit 0"), name
        assert "migrate" not in text.replace("Migrations", "")


def test_removal_keeps_data_and_upgrade_does_not_stop(job: Job) -> None:
    texts = package.scripts(job.project)
    assert "/var/lib/notes-app" not in texts["before-remove"] + texts["after-remove"]
    assert '[ "$1" -eq 0 ]' in texts["before-remove"]


def test_steps_name_the_file_that_is_built(make_job: MakeJob, calls: list[list[str]]) -> None:
    job = make_job(compression="fast")
    name = rpm.build(job).paths[0].name
    by_phase = {step.phase: step.command for step in rpm.FORMAT.printed(job.project)}
    assert by_phase["install"] == f"dnf install -y ./{name}"
    assert by_phase["remove"] == "dnf remove -y notes-app"
    assert "purge" not in by_phase  # not offered
    assert calls


@pytest.mark.process
@pytest.mark.parametrize("builder", ["rpmbuild", "auto"])
@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        (315532800, {"rpmbuild": "19900101", "auto": "19800101"}),  # rpm's own takes none before
        (1700000000, dict.fromkeys(("rpmbuild", "auto"), "20231114")),
        (4102444800, dict.fromkeys(("rpmbuild", "auto"), "21000101")),
    ],
)
def test_any_path_language_and_date(
    builder: str, epoch: int, date: dict[str, str], hostile: MakeJob, make_job: MakeJob
) -> None:
    (made,) = rpm.build(hostile(epoch, builder=builder)).paths
    form = "%{NAME}|%{CHANGELOGTIME}|%{CHANGELOGTEXT}|%{SUMMARY}"
    name, seconds, text, summary = queried(made, form).split("|")
    day = datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y%m%d")
    assert (name, day, text) == ("notes-app", date[builder], "- Release 1.2.0")
    assert summary == "Notes that a team shares"
    plain = make_job(builder=builder)
    inputs = cast(Any, dataclasses.replace(cast(Any, plain.inputs), epoch=epoch))
    (other,) = rpm.build(dataclasses.replace(plain, inputs=inputs)).paths
    assert made.read_bytes() == other.read_bytes()


@pytest.mark.process
def test_rpm_reads_what_is_packed_again(job: Job) -> None:
    product = rpm.build(job)
    checked = run(["rpm", "--checksig", "--verbose", product.paths[0]], timeout=60).output
    for sum_ in ("Header SHA256", "Payload SHA256"):
        assert f"{sum_} digest: OK" in checked
    assert "BAD" not in checked
    listed = run(["rpm", "--query", "--list", "--package", product.paths[0]], timeout=60).output
    assert "/usr/lib/notes-app/site-packages/helper/__init__.py" in listed.splitlines()
    done = run(["rpm2cpio", product.paths[0]], timeout=60)  # all of it can be unpacked
    assert "TRAILER!!!" in done.output
    assert product.builder
    assert product.builder.compression == "small: xz -6 --threads=2 --block-size=16MiB"


def test_a_package_without_its_changelog_is_an_error(
    job: Job, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipways.formats.rpm.archive.changelog", lambda _: "")
    with pytest.raises(BuildError, match=r"nfpm left the changelog out of notes-app.*\.rpm"):
        rpm.build(job)


@pytest.mark.parametrize("content", [b"", b"no package" * 20, b"\xed\xab\xee\xdb" + bytes(200)])
def test_what_is_no_rpm_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.rpm").write_bytes(content)
    with pytest.raises(BuildError, match=r"a\.rpm is no \.rpm"):
        archive.changelog(tmp_path / "a.rpm")
