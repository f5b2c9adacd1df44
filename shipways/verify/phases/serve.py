"""Phases of a life: an installed service is used, and outlives restarts."""

from __future__ import annotations

from shipways.verify import assertions, package_manager
from shipways.verify.assertions import START_S, expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Story
from shipways.verify.service import InContainer


def serve(story: Story) -> str:
    """It answers, as the right format; a person can log in."""
    said = assertions.serves(story.visitor, story.now)
    story.target.user = who(said)
    probe = story.visitor.probe
    if probe:
        story.command_line(*probe.create_user)
        expect(story.visitor.log_in(), "The account that was made cannot log in.")
    return said


def who(said: str) -> str:
    """The user that the site says it runs as."""
    found = dict(part.split(" ", 1) for part in said.split(", ") if " " in part)
    return found.get("user", "")


def persist(story: Story) -> str:
    """A note outlives a restart of the service and one of the machine."""
    if not story.visitor.probe:
        return f"{NOT_OFFERED}: the project has no [tool.shipways.probe]"
    story.post("persist1")
    story.service.restart()
    story.started(story.now, "persist")
    assertions.keeps(story.visitor, story.texts)
    story.machine.restart()
    story.visitor.come_back()
    by_itself = story.service.starts_at_boot
    if not by_itself:
        story.typist.foreground = None
        story.started(story.now, "persist")
    story.visitor.wait(START_S)
    assertions.keeps(story.visitor, story.texts)
    unaltered(story)
    if isinstance(story.service, InContainer):
        return without_volume(story, story.service)
    return "" if by_itself else "after a restart of the machine somebody has to start it again"


def without_volume(story: Story, running: InContainer) -> str:
    """A container like the one that runs, but without its volume: what it writes goes with it."""
    run = running.without_volume()
    state = story.now.project.state_dir
    name, mark = running.beside, f"{state}/mark"
    python = f"docker exec {name} python3 -c"
    story.machine.run(run, timeout=TIMEOUT_S)
    story.machine.run(f'{python} \'open("{mark}", "x").close()\'', timeout=TIMEOUT_S)
    story.machine.run(f"docker rm -fv {name}; {run}", timeout=TIMEOUT_S)
    left = story.machine.run(f"{python} 'open(\"{mark}\")'", timeout=TIMEOUT_S, check=False)
    story.machine.run(f"docker rm -fv {name}", timeout=TIMEOUT_S)
    expect(not left.ok, "Data outlives a container that has no volume.")
    return "data outlives the container in its volume; without the volume it goes with it"


def unaltered(story: Story) -> None:
    """The package manager finds every installed file as it was."""
    changes = package_manager.altered(story.machine, story.now.project.name)
    expect(not changes, f"Installed files have changed: {changes}")
