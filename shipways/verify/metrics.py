"""What an installation costs: bytes, seconds, memory."""

from __future__ import annotations

from shipways.results import TYPED
from shipways.verify import file_snapshot, footprint
from shipways.verify.context import Context

REQUESTS = 10  # before idle memory is read
FOLDERS = ("/",)
DOCKER = "/var/lib/docker"


def folders(role: str) -> tuple[str, ...]:
    """Where a machine keeps what is installed; Docker's part is a file system of its own."""
    return (*FOLDERS, DOCKER) if role.endswith("+docker") else FOLDERS


def measure(context: Context) -> None:
    """Fill in footprint, breakdown and idle memory, when the service has been installed."""
    record, project = context.record, context.now.project
    record.footprint_bytes = file_snapshot.used(context.installed) - file_snapshot.used(
        context.before
    )
    record.breakdown = footprint.breakdown(context.before, context.installed, project)
    context.client.get(project.tool.health, times=REQUESTS)
    record.idle_mib = round(context.machine.memory(context.service.pids), 1)


def count(context: Context) -> None:
    """Fill in the number of commands, prerequisites apart, and their seconds."""
    typed = [step for step in context.step_runner.record if step.phase in TYPED]
    context.record.prerequisites = len(context.now.steps("prerequisite"))
    context.record.commands = len(typed)
    context.record.install_s = sum(step.seconds for step in typed)
