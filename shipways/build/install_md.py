"""Instructions in Markdown, from the same steps that the lifecycle executes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from shipways.formats import Format
from shipways.formats.step import Step, by_phase
from shipways.project.model import Project
from shipways.results import write_atomically
from shipways.util.escape import markdown

HEADINGS = {
    "prerequisite": "Prerequisites",
    "install": "Install",
    "start": "Start",
    "upgrade": "Upgrade",
    "rollback": "Go back to the previous version",
    "remove": "Remove",
    "purge": "Purge",
}
BEGIN, END = "<!-- steps: begin -->", "<!-- steps: end -->"


def document(project: Project, formats: Iterable[Format]) -> str:
    """INSTALL.md: every format with all of its phases. Commands are typed by root."""
    parts = [
        f"# Install {markdown.text(f'{project.name} {project.version}')}",
        "Commands are typed by root, in the folder that holds the artifact.",
    ]
    for wanted in formats:
        parts += [f"## {wanted.title}", f"Needs {markdown.text(wanted.needs(project))}."]
        parts += [_phase(phase, steps) for phase, steps in by_phase(wanted.printed(project))]
    return "\n\n".join(parts) + "\n"


def table(project: Project, formats: Iterable[Format]) -> str:
    """The README's table: what a person types on the target until the service answers."""
    rows = ["| format | needs on the target | commands |", "| --- | --- | --- |"]
    for wanted in formats:
        commands = "<br>".join(
            markdown.cell_code(step.command)
            for step in wanted.printed(project)
            if step.phase in ("prerequisite", "install", "start")
        )
        rows.append(f"| {wanted.id} | {markdown.text(wanted.needs(project))} | {commands} |")
    return "\n".join(rows)


def update(path: Path, text: str) -> None:
    """Put `text` between the two marks of a Markdown file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    write_atomically(path, f"{before}{BEGIN}\n{text}\n{END}{after}".encode())


def _phase(phase: str, steps: Sequence[Step]) -> str:
    lines = "\n".join(f"{step.command}  # {step.why}" for step in steps)
    return f"### {HEADINGS[phase]}\n\n{markdown.block(lines)}"
