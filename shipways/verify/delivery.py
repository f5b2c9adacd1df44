"""One version of the project in one format: what a person has got of it, and what they type."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shipways.errors import VerifyError
from shipways.formats import Format
from shipways.formats.step import Step
from shipways.project.model import Project


class Place(Protocol):
    """Where files can be brought to."""

    def copy_in(self, source: Path, target: str) -> None: ...


@dataclass(frozen=True)
class Delivery:
    project: Project
    format: Format
    artifact: Path | None = None  # None for a link: that leads to `repository`
    repository: Path | None = None  # a Git directory with a tag for this version

    def steps(self, *phases: str) -> list[Step]:
        """The printed steps of these phases, in their order."""
        steps = self.format.printed(self.project, self.file_name)
        return [step for step in steps if step.phase in phases]

    @property
    def file_name(self) -> str:
        """The artifact's name; "" where the format has none."""
        return self.artifact.name if self.artifact else ""

    @property
    def file(self) -> Path:
        """The artifact. Raises `VerifyError` where the format has none."""
        if self.artifact is None:
            raise VerifyError(f"{self.format.id} delivers no file.")
        return self.artifact

    @property
    def file_on_machine(self) -> str:
        """Steps are typed in root's home folder; there the file lies."""
        return f"/root/{self.file.name}"

    @property
    def size(self) -> int:
        """Bytes of the artifact; 0 where there is none to bring along."""
        return self.artifact.stat().st_size if self.artifact else 0

    def bring(self, machine: Place) -> None:
        """Put the artifact where steps are typed; nothing where there is none."""
        if self.artifact:
            machine.copy_in(self.artifact, self.file_on_machine)
