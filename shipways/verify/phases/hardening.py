"""Whether a service is confined: tried from inside its own context, not read from its unit file."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from shipways.errors import VerifyError
from shipways.project import hardening as project_hardening
from shipways.project.hardening import Unit
from shipways.verify import service
from shipways.verify.agents import confinement_probe
from shipways.verify.assertions import expect
from shipways.verify.context import NOT_OFFERED, Context
from shipways.verify.file_snapshot import Entry, added

TIMEOUT_S = 60
EXPOSURE = 1.2  # the most that systemd-analyze security may say
SCRIPT = "/run/shipways-inside.py"
ANSWER = "/run/shipways-inside.json"
# The unit itself under another name: every line of it holds, but another program is started.
PROBE = """[Service]
Type=oneshot
Restart=no
ExecStart=
ExecStart=/usr/bin/python3 -I {script} {state}
StandardOutput=truncate:{answer}
"""


def hardening(context: Context) -> str:
    """Exposure, a probe from inside, and the files' owners and modes."""
    running, unit = context.service, context.now.project.tool.unit
    if isinstance(running, service.Unit):
        context.record.exposure = exposure(context)
        expect(
            bool(unit) or context.record.exposure <= EXPOSURE,
            f"systemd-analyze security says {context.record.exposure}, more than {EXPOSURE}.",
        )
        found = in_unit(context)
    elif isinstance(running, (service.InContainer, service.Stack)):
        found = in_container(context, running)
    else:
        context.record.probes = could(as_typed(context))
        return f"{NOT_OFFERED}: it runs as whoever types the command, here root"
    context.record.probes = could(found)
    judge(found, unit)
    files(context)
    loosened = f"; loosened: {project_hardening.summary(unit)}" if unit else ""
    return f"tried from inside: {json.dumps(found)}{loosened}"


def exposure(context: Context) -> float:
    """The figure of `systemd-analyze security`, 0 to 10."""
    name = context.now.project.name
    command = f"systemd-analyze security --no-pager {name}.service"
    log = context.step_runner.log("hardening")
    output = context.machine.run(command, timeout=TIMEOUT_S, log_file=log).output
    match = re.search(r"Overall exposure level for [^:]+: ([0-9.]+)", output)
    if match is None:
        raise VerifyError(f"systemd-analyze gave no figure:\n{output[-500:]}")
    return float(match.group(1))


def in_unit(context: Context) -> dict[str, Any]:
    """Run the probe under a copy of the unit."""
    name = context.now.project.name
    copy = f"{name}-inside"
    machine = context.machine
    machine.run(
        f"cat > {SCRIPT} <<'END'\n{_script()}\nEND\nchmod 644 {SCRIPT}; "
        f"cd /run/systemd/system; cp $(systemctl show -P FragmentPath {name}) {copy}.service; "
        f"mkdir -p {copy}.service.d; cat > {copy}.service.d/inside.conf <<'END'\n"
        f"{PROBE.format(script=SCRIPT, state=context.service.state, answer=ANSWER)}END\n"
        f"systemctl daemon-reload",
        timeout=TIMEOUT_S,
    )
    done = machine.run(f"systemctl start {copy} && cat {ANSWER}", timeout=TIMEOUT_S, check=False)
    machine.run(
        f"rm -r {copy}.service* {SCRIPT} {ANSWER}; systemctl daemon-reload".replace(
            f"{copy}.service*", f"/run/systemd/system/{copy}.service*"
        ),
        timeout=TIMEOUT_S,
        check=False,
    )
    expect(done.ok, f"The probe cannot run in the unit:\n{done.output}")
    return _decoded(done.output)


def in_container(context: Context, running: service.InContainer | service.Stack) -> dict[str, Any]:
    """Run the probe in the app's running container, with its own Python."""
    command = running.inside(["python3", "-c", _script(), context.now.project.state_dir])
    return _decoded(context.machine.run(command, timeout=TIMEOUT_S).output)


def as_typed(context: Context) -> dict[str, Any]:
    """Run the probe as a person would run the service: without anything that holds it."""
    command = f"python3 -I -c {shlex.quote(_script())} {context.service.state}"
    return _decoded(context.machine.run(command, timeout=TIMEOUT_S).output)


def could(found: dict[str, Any]) -> dict[str, bool]:
    """What an intruder in the app's process could do; true is bad.

    Loading kernel modules and reading the kernel's log are not among them: on a clean machine,
    which shares its kernel with others, not even root can.
    """
    return {
        "read_home": bool(found["homes"]),
        "read_secrets": bool(found["secrets"]),
        "see_processes": bool(found["others"]),
        "signal_others": bool(found["signalled"]),
        "write_system": bool(found["writable"]),
        "gain_root": bool(found["root"]),
        "mount": bool(found["mounted"]),
        "list_users": bool(found["people"]),
        "connect_out": bool(found["connected"]),
    }


def judge(found: dict[str, Any], unit: Unit) -> None:
    """Raises `VerifyError` with the first thing that a service must not be able to do.

    What the project loosens in `unit`, with its reason, it may do.
    """

    def confined(holds: bool, otherwise: str, *directives: str) -> None:
        expect(holds or not unit.keys().isdisjoint(directives), otherwise)

    places, homes, others = found["writable"], found["homes"], found["others"]
    confined(found["uid"] != 0, "The service runs as root.")
    can_write = f"The service can write in {', '.join(places)}."
    confined(not places, can_write, "ProtectSystem", "ReadWritePaths")
    confined(found["state_writable"], "The service cannot write in its own folder.")
    confined(not homes, f"The service sees {', '.join(homes)}.", "ProtectHome")
    confined(not others, f"The service sees other processes: {others[:3]}", "ProtectProc")
    gains = "The service may gain privileges (NoNewPrivs)."
    confined(found["NoNewPrivs"] == "1", gains, "NoNewPrivileges")
    for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        has = f"The service has capabilities: {name} {found[name]}."
        confined(int(found[name], 16) == 0, has, "CapabilityBoundingSet", "AmbientCapabilities")
    filtered = found["Seccomp"] == "2"
    confined(filtered, "No system call filter holds the service.", "SystemCallFilter")


def files(context: Context) -> None:
    """What was installed belongs to root, and nobody else may write it; secrets are private."""
    new = {
        path: entry
        for path, entry in added(context.before, context.installed).items()
        if not path.startswith((context.service.state, "/var/lib/docker"))
    }
    wrong = [path for path, entry in new.items() if _wrong(entry)]
    expect(not wrong, f"Not root's alone: {', '.join(wrong[:5])}")
    settings = new.get(context.service.settings)
    if settings is not None:
        expect(settings.mode == 0o640, f"{context.service.settings} is {settings.mode:o}, not 640.")


def _wrong(entry: Entry) -> bool:
    return entry.user != "root" or entry.writable_by_others


def _script() -> str:
    return Path(confinement_probe.__file__).read_text("utf-8")


def _decoded(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found
