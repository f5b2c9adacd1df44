"""Phases of a life: the artifact is removed, and purged; what is left is counted."""

from __future__ import annotations

from shipways.errors import VerifyError
from shipways.verify import file_snapshot, package_manager
from shipways.verify.assertions import expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Context
from shipways.verify.file_snapshot import Entry

DOCKER_FOLDERS = ("/", "/var/lib/docker/volumes")


def remove(context: Context) -> str:
    """Program and service go, data and settings stay; installed again, it finds them."""
    if not context.now.steps("remove"):
        return NOT_OFFERED
    context.stop_in_terminal()
    context.step_runner.type_all(context.now.steps("remove"), "remove")
    expect(not context.client.answers(), "The service still answers.")
    left = context.machine.run(f"ls -A {context.service.state}", timeout=TIMEOUT_S, check=False)
    expect(left.ok and bool(left.output.strip()), "The data is gone.")
    aside = set_aside(context)
    context.step_runner.type_all(context.now.steps("install"), "remove")
    context.started(context.now, "remove")
    if aside and not context.holds_edit(context.service.settings):
        context.machine.run(f"mv {aside} {context.service.settings}", timeout=TIMEOUT_S)
        context.kept()
        return f"data stays; edited settings are kept as {aside}, to be put back by hand"
    context.kept()
    return "data and settings stay; installed again, it finds them"


def set_aside(context: Context) -> str:
    """Where rpm keeps edited settings of a removed package; "" where they stay in their place."""
    for suffix in ("", ".rpmsave"):
        path = f"{context.service.settings}{suffix}"
        if not context.service.settings or context.holds_edit(path):
            return path if suffix else ""
    raise VerifyError("The settings are gone.")


def purge(context: Context) -> str:
    """Nothing that the artifact brought is left."""
    if not context.now.steps("purge"):
        return NOT_OFFERED
    phases = ("remove", "purge") if context.service.purged_after_removal else ("purge",)
    context.step_runner.type_all(context.now.steps(*phases), "purge")
    expect(not context.client.answers(), "The service still answers.")
    package_manager.remove_all_but(context.machine, context.packages)
    left = left_over(context)
    expect(not left, f"{len(left)} files are left: {', '.join(sorted(left)[:8])}")
    accounts = package_manager.accounts(context.machine) - context.accounts
    own = sorted(name for name in accounts if context.now.project.name in name)
    expect(not own, f"Accounts are left: {', '.join(own)}")
    return "files and accounts are as before, once the dependencies have gone as well"


def residue(context: Context) -> str:
    """What is left when everything that the format offers to undo has been done."""
    if context.record.lifecycle.get("purge") == NOT_OFFERED:
        context.stop_in_terminal()
        context.step_runner.type_all(context.now.steps("remove"), "residue")
        package_manager.remove_all_but(context.machine, context.packages)
    left = {path: entry for path, entry in left_over(context).items() if entry.kind != "d"}
    context.record.residue_files = len(left)
    context.record.residue_bytes = sum(entry.size for entry in left.values())
    return ", ".join(sorted(left)[:8]) or "nothing"


def left_over(context: Context) -> dict[str, Entry]:
    """What is there that was not before, by-products of any installation left out."""
    folders: tuple[str, ...] = DOCKER_FOLDERS if "+docker" in context.machine.image.role else ("/",)
    folders = (*folders, *filter(None, [context.service.home]))
    new = file_snapshot.added(context.before, file_snapshot.take(context.machine, folders))
    return package_manager.remarkable(new, context.now.project.name)
