"""Phases of a life: a later version comes, works or does not, and goes back."""

from __future__ import annotations

import time

from shipways.errors import VerifyError
from shipways.verify import assertions, package_manager
from shipways.verify.assertions import expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Context
from shipways.verify.later_versions import REASON
from shipways.verify.phases.serve import processes

SETTLE_S = 90  # within which a version that cannot start has to say so
PAUSE_S = 0.2  # of a writer after each note: every one of them is looked for after every phase


def upgrade(context: Context) -> str:
    """The next version goes over this one while it is in use."""
    if not context.now.steps("upgrade"):
        return NOT_OFFERED
    context.edit_settings()
    context.next.bring(context.machine)
    writing = context.client.writing(2, 300, PAUSE_S) if context.client.probe else None
    try:
        context.step_runner.type_all(context.next.steps("upgrade"), "upgrade")
        context.stop_in_terminal()
        context.started(context.next, "upgrade")
        time.sleep(0.5)
    finally:
        posted, failed = context.client.stop_writing(writing) if writing else ([], [])
    context.texts += posted
    assertions.serves(context.client, context.next)
    processes(context)
    context.kept()
    if writing is None:
        return "what was there before is there"
    return f"{len(posted)} notes were posted meanwhile and are there, {len(failed)} refused"


def rollback(context: Context) -> str:
    """Back to the version before, with the data."""
    if not context.now.steps("rollback"):
        return NOT_OFFERED
    context.step_runner.type_all(context.now.steps("rollback"), "rollback")
    context.stop_in_terminal()
    context.started(context.now, "rollback")
    assertions.serves(context.client, context.now)
    processes(context)
    context.kept()
    if context.can_mark:
        context.post("rollback1")
    return ""


def broken_upgrade(context: Context) -> str:
    """A version whose migration raises; then back to the one before."""
    if not context.broken.steps("upgrade"):
        return NOT_OFFERED
    context.broken.bring(context.machine)
    words = fail(context)
    state = package_manager.complaints(context.machine)
    expect(not state, f"The package manager is left in a bad state: {state}")
    expect(REASON in words, f"Nothing says why it does not start:\n{words}")
    context.step_runner.type_all(context.now.steps("rollback"), "broken_upgrade")
    context.started(context.now, "broken_upgrade")
    assertions.serves(context.client, context.now)
    context.kept()
    return "\n".join(line for line in words.splitlines() if line.strip())[-1500:]


def fail(context: Context) -> str:
    """Upgrade to the broken version until it says why it fails; returns its last words."""
    try:
        context.step_runner.type_all(context.broken.steps("upgrade"), "broken_upgrade")
    except VerifyError as error:
        return refused(context, error)
    context.stop_in_terminal()
    if not context.service.starts_at_boot:
        step = context.broken.steps("start")[-1]
        done = context.machine.run(step.command, timeout=TIMEOUT_S, check=False)
        expect(not done.ok, "The broken version serves.")
        return done.output
    limit = time.monotonic() + SETTLE_S
    words = ""
    while REASON not in words and time.monotonic() < limit:
        time.sleep(0.5)
        expect(not context.client.answers(), "The broken version serves.")
        words = context.service.words()
    return words


def refused(context: Context, error: VerifyError) -> str:
    """What a step of the upgrade said that failed; the version before has to serve on."""
    assertions.serves(context.client, context.now)
    return error.log.read_text("utf-8") if error.log else str(error)
