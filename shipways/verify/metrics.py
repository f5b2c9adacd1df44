"""What an installation costs: bytes, seconds, memory."""

from __future__ import annotations

from shipways.results import TYPED
from shipways.verify import file_snapshot, footprint
from shipways.verify.context import Story

REQUESTS = 10  # before idle memory is read
FOLDERS = ("/",)
DOCKER = "/var/lib/docker"


def folders(role: str) -> tuple[str, ...]:
    """Where a machine keeps what is installed; Docker's part is a file system of its own."""
    return (*FOLDERS, DOCKER) if role.endswith("+docker") else FOLDERS


def measure(story: Story) -> None:
    """Fill in footprint, breakdown and idle memory, when the service has been installed."""
    target, project = story.target, story.now.project
    target.footprint_bytes = file_snapshot.used(story.installed) - file_snapshot.used(story.before)
    target.breakdown = footprint.breakdown(story.before, story.installed, project)
    story.visitor.get(project.tool.health, times=REQUESTS)
    target.idle_mib = round(story.machine.memory(story.service.pids), 1)


def count(story: Story) -> None:
    """Fill in the number of commands, prerequisites apart, and their seconds."""
    typed = [step for step in story.typist.record if step.phase in TYPED]
    story.target.prerequisites = len(story.now.steps("prerequisite"))
    story.target.commands = len(typed)
    story.target.install_s = sum(step.seconds for step in typed)
