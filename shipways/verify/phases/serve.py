"""Phases of a life: an installed service is used, and outlives restarts."""

from __future__ import annotations

from shipways.errors import ShipwaysError
from shipways.formats import installed_files
from shipways.verify import assertions, marks, package_manager
from shipways.verify.assertions import START_S, expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Context
from shipways.verify.http_client import USER
from shipways.verify.service import InContainer, Unit


def serve(context: Context) -> str:
    """It answers, as the right format; a person can log in."""
    said = assertions.serves(context.client, context.now)
    context.record.user = who(said)
    processes(context)
    probe = context.client.probe
    if probe:
        context.command_line(*probe.create_user)
        expect(context.client.log_in(), "The account that was made cannot log in.")
    elif context.now.project.is_application:
        return enter(context, said)
    return said


def enter(context: Context, said: str) -> str:
    """Log in to the admin, where there is one and Django's own command makes an account for it."""
    context.client.entrance = marks.entrance(context, USER)
    if not context.client.entrance.login:
        return f"{said}, no admin to log in to"
    try:
        context.command_line("createsuperuser", "--noinput", user=context.client.entrance.name)
    except ShipwaysError as error:
        return f"{said}, no account: {error.reason.splitlines()[-1]}"
    expect(context.client.log_in(), "The account that was made cannot log in.")
    context.has_account = True
    return assertions.delivered(context.client, context.now)


def processes(context: Context) -> None:
    """Each process beside the one that serves is active, or comes to be."""
    project = context.now.project
    if not isinstance(context.service, Unit):
        return
    for process in installed_files.processes(project):
        unit = f"{project.name}-{process}.service"
        command = (
            f"for _ in $(seq {TIMEOUT_S}); do systemctl is-active --quiet {unit} && exit; "
            f"sleep 0.5; done; systemctl status --no-pager {unit}; exit 1"
        )
        done = context.machine.run(command, timeout=TIMEOUT_S * 2, check=False)
        expect(done.ok, f"{unit} does not run:\n{done.output[-500:]}")


def who(said: str) -> str:
    """The user that the site says it runs as."""
    found = dict(part.split(" ", 1) for part in said.split(", ") if " " in part)
    return found.get("user", "")


def persist(context: Context) -> str:
    """A note outlives a restart of the service and one of the machine."""
    if not context.can_mark:
        return f"{NOT_OFFERED}: the project has no [tool.shipways.probe]"
    context.post("persist1")
    context.service.restart()
    context.started(context.now, "persist")
    context.found()
    context.machine.restart()
    context.client.come_back()
    by_itself = context.service.starts_at_boot
    if not by_itself:
        context.step_runner.foreground = None
        context.started(context.now, "persist")
    context.client.wait(START_S)
    context.found()
    unaltered(context)
    if isinstance(context.service, InContainer):
        return without_volume(context, context.service)
    return "" if by_itself else "after a restart of the machine somebody has to start it again"


def without_volume(context: Context, running: InContainer) -> str:
    """A container like the one that runs, but without its volume: what it writes goes with it."""
    run = running.without_volume()
    state = context.now.project.state_dir
    name, mark = running.beside, f"{state}/mark"
    python = f"docker exec {name} python3 -c"
    context.machine.run(run, timeout=TIMEOUT_S)
    context.machine.run(f'{python} \'open("{mark}", "x").close()\'', timeout=TIMEOUT_S)
    context.machine.run(f"docker rm -fv {name}; {run}", timeout=TIMEOUT_S)
    left = context.machine.run(f"{python} 'open(\"{mark}\")'", timeout=TIMEOUT_S, check=False)
    context.machine.run(f"docker rm -fv {name}", timeout=TIMEOUT_S)
    expect(not left.ok, "Data outlives a container that has no volume.")
    return "data outlives the container in its volume; without the volume it goes with it"


def unaltered(context: Context) -> None:
    """The package manager finds every installed file as it was."""
    changes = package_manager.altered(context.machine, context.now.project.name)
    expect(not changes, f"Installed files have changed: {changes}")
