"""Phases of a life: a later version comes, works or does not, and goes back."""

from __future__ import annotations

import time

from shipways.errors import VerifyError
from shipways.verify import assertions, package_manager
from shipways.verify.assertions import expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Story
from shipways.verify.later_versions import REASON

SETTLE_S = 90  # within which a version that cannot start has to say so
PAUSE_S = 0.2  # of a writer after each note: every one of them is looked for after every phase


def upgrade(story: Story) -> str:
    """The next version goes over this one while it is in use."""
    if not story.now.steps("upgrade"):
        return NOT_OFFERED
    story.edit_settings()
    story.next.bring(story.machine)
    writing = story.visitor.writing(2, 300, PAUSE_S) if story.visitor.probe else None
    try:
        story.typist.type_all(story.next.steps("upgrade"), "upgrade")
        story.stop_in_terminal()
        story.started(story.next, "upgrade")
        time.sleep(0.5)
    finally:
        posted, failed = story.visitor.stop_writing(writing) if writing else ([], [])
    story.texts += posted
    assertions.serves(story.visitor, story.next)
    story.kept()
    return f"{len(posted)} notes were posted meanwhile and are there, {len(failed)} refused"


def rollback(story: Story) -> str:
    """Back to the version before, with the data."""
    if not story.now.steps("rollback"):
        return NOT_OFFERED
    story.typist.type_all(story.now.steps("rollback"), "rollback")
    story.stop_in_terminal()
    story.started(story.now, "rollback")
    assertions.serves(story.visitor, story.now)
    story.kept()
    if story.visitor.probe:
        story.post("rollback1")
    return ""


def broken_upgrade(story: Story) -> str:
    """A version whose migration raises; then back to the one before."""
    if not story.broken.steps("upgrade"):
        return NOT_OFFERED
    story.broken.bring(story.machine)
    words = fail(story)
    state = package_manager.complaints(story.machine)
    expect(not state, f"The package manager is left in a bad state: {state}")
    expect(REASON in words, f"Nothing says why it does not start:\n{words}")
    story.typist.type_all(story.now.steps("rollback"), "broken_upgrade")
    story.started(story.now, "broken_upgrade")
    assertions.serves(story.visitor, story.now)
    story.kept()
    return "\n".join(line for line in words.splitlines() if line.strip())[-1500:]


def fail(story: Story) -> str:
    """Upgrade to the broken version until it says why it fails; returns its last words."""
    try:
        story.typist.type_all(story.broken.steps("upgrade"), "broken_upgrade")
    except VerifyError as error:
        return refused(story, error)
    story.stop_in_terminal()
    if not story.service.starts_at_boot:
        step = story.broken.steps("start")[-1]
        done = story.machine.run(step.command, timeout=TIMEOUT_S, check=False)
        expect(not done.ok, "The broken version serves.")
        return done.output
    limit = time.monotonic() + SETTLE_S
    words = ""
    while REASON not in words and time.monotonic() < limit:
        time.sleep(0.5)
        expect(not story.visitor.answers(), "The broken version serves.")
        words = story.service.words()
    return words


def refused(story: Story, error: VerifyError) -> str:
    """What a step of the upgrade said that failed; the version before has to serve on."""
    assertions.serves(story.visitor, story.now)
    return error.log.read_text("utf-8") if error.log else str(error)
