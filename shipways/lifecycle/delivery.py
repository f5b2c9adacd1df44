"""One version of the project in one format: the file that a person has got, and what they type."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipways.artifact import Step
from shipways.formats import Format
from shipways.project import Project


@dataclass(frozen=True)
class Delivery:
    project: Project
    format: Format
    file: Path

    def steps(self, *phases: str) -> list[Step]:
        """The printed steps of these phases, in their order."""
        return [step for step in self.format.steps(self.project) if step.phase in phases]

    @property
    def file_on_machine(self) -> str:
        """Steps are typed in root's home folder; there the file lies."""
        return f"/root/{self.file.name}"
