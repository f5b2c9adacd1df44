"""dist/: what a build leaves. Never half-written: files are made beside it, then renamed in."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from shipways import results
from shipways.errors import Busy, UsageError
from shipways.project.model import Project
from shipways.results import File, ProjectRecord, Results
from shipways.util import places
from shipways.util.measure import sha256

SUMS = "SHA256SUMS"
WORK_PREFIX = ".work-"
LOCK = ".lock"
FILES = (LOCK, results.FILE_NAME, SUMS, "report.html", "report.md")  # made anew by every build
ELSEWHERE = "Move it away, or choose another folder with --dist."


@dataclass(frozen=True)
class Dist:
    """The output folder."""

    path: Path

    @property
    def results_file(self) -> Path:
        return self.path / results.FILE_NAME

    def logs(self, name: str) -> Path:
        """Folder for the logs of one format, kept below dist/logs."""
        return self.path / "logs" / name

    def fresh_logs(self, name: str) -> Path:
        """The same folder without an earlier build's logs; those of verified targets stay."""
        folder = places.folder(self.logs(name), ELSEWHERE)
        for log in folder.iterdir():
            if log.is_file():
                log.unlink()
        return folder

    @contextlib.contextmanager
    def locked(self) -> Iterator[Path]:
        """Hold dist/ alone and give a folder to work in, on the same file system.

        Raises `Busy` when another build holds it, `UsageError` where something of another kind is
        in the way. What a killed build left is removed first.
        """
        self._check()
        lock = filelock.FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise Busy(
                f"Another build is writing to {self.path}.",
                hint="Wait for it to end, or give this one a folder of its own with --dist.",
            ) from None
        with lock:
            for left in self.path.glob(f"{WORK_PREFIX}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=self.path, prefix=WORK_PREFIX) as work:
                yield Path(work)

    def _check(self) -> None:
        """Before anything is built: what will be written can be."""
        places.folder(self.path, ELSEWHERE)
        places.expect(self.path / "logs", "a folder", ELSEWHERE)
        for name in FILES:
            places.expect(self.path / name, "a file", ELSEWHERE)

    def open_results(self, record: ProjectRecord) -> Results:
        """The results so far, for this project; a version's figures do not mix with another's."""
        found = results.load(self.results_file)
        if found is None:
            return Results(project=record)
        if found.project.name != record.name:
            raise UsageError(
                f"{self.path} holds the results of {found.project.name}, not {record.name}.",
                hint="Choose another folder with --dist, or remove this one.",
            )
        found.project = record
        return found

    def place(self, paths: Iterable[Path]) -> list[File]:
        """Rename finished files into dist/ and describe them."""
        placed = []
        for path in paths:
            path.chmod(0o644)
            final = path.replace(self.path / path.name)
            placed.append(File(path=final.name, sha256=sha256(final), bytes=final.stat().st_size))
        return placed

    def write_sums(self, found: Results) -> None:
        """SHA256SUMS over all artifacts and bills, in the format that `sha256sum --check` reads."""
        lines = {
            f"{file.sha256}  {file.path}\n"
            for record in found.formats.values()
            for file in (*record.artifacts, *([record.sbom] if record.sbom else []))
        }
        text = "".join(sorted(lines, key=lambda line: line.split()[1]))
        results.write_atomically(self.path / SUMS, text.encode())


def record_of(project: Project, commit: str, epoch: int, built_at: str) -> ProjectRecord:
    """Who and what is built, for the results."""
    return ProjectRecord(
        name=str(project.name),
        version=str(project.version),
        summary=str(project.summary),
        commit=commit,
        source_date_epoch=epoch,
        built_at=built_at,
    )
