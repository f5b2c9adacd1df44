"""Phases of a life: the artifact is removed, and purged; what is left is counted."""

from __future__ import annotations

from shipways.errors import VerifyError
from shipways.verify import file_snapshot, package_manager
from shipways.verify.assertions import expect
from shipways.verify.context import NOT_OFFERED, TIMEOUT_S, Story
from shipways.verify.file_snapshot import Entry

DOCKER_FOLDERS = ("/", "/var/lib/docker/volumes")


def remove(story: Story) -> str:
    """Program and service go, data and settings stay; installed again, it finds them."""
    if not story.now.steps("remove"):
        return NOT_OFFERED
    story.stop_in_terminal()
    story.typist.type_all(story.now.steps("remove"), "remove")
    expect(not story.visitor.answers(), "The service still answers.")
    left = story.machine.run(f"ls -A {story.service.state}", timeout=TIMEOUT_S, check=False)
    expect(left.ok and bool(left.output.strip()), "The data is gone.")
    aside = set_aside(story)
    story.typist.type_all(story.now.steps("install"), "remove")
    story.started(story.now, "remove")
    if aside and not story.holds_edit(story.service.settings):
        story.machine.run(f"mv {aside} {story.service.settings}", timeout=TIMEOUT_S)
        story.kept()
        return f"data stays; edited settings are kept as {aside}, to be put back by hand"
    story.kept()
    return "data and settings stay; installed again, it finds them"


def set_aside(story: Story) -> str:
    """Where rpm keeps edited settings of a removed package; "" where they stay in their place."""
    for suffix in ("", ".rpmsave"):
        path = f"{story.service.settings}{suffix}"
        if not story.service.settings or story.holds_edit(path):
            return path if suffix else ""
    raise VerifyError("The settings are gone.")


def purge(story: Story) -> str:
    """Nothing that the artifact brought is left."""
    if not story.now.steps("purge"):
        return NOT_OFFERED
    phases = ("remove", "purge") if story.service.purged_after_removal else ("purge",)
    story.typist.type_all(story.now.steps(*phases), "purge")
    expect(not story.visitor.answers(), "The service still answers.")
    package_manager.remove_all_but(story.machine, story.packages)
    left = left_over(story)
    expect(not left, f"{len(left)} files are left: {', '.join(sorted(left)[:8])}")
    accounts = package_manager.accounts(story.machine) - story.accounts
    own = sorted(name for name in accounts if story.now.project.name in name)
    expect(not own, f"Accounts are left: {', '.join(own)}")
    return "files and accounts are as before, once the dependencies have gone as well"


def residue(story: Story) -> str:
    """What is left when everything that the format offers to undo has been done."""
    if story.target.lifecycle.get("purge") == NOT_OFFERED:
        story.stop_in_terminal()
        story.typist.type_all(story.now.steps("remove"), "residue")
        package_manager.remove_all_but(story.machine, story.packages)
    left = {path: entry for path, entry in left_over(story).items() if entry.kind != "d"}
    story.target.residue_files = len(left)
    story.target.residue_bytes = sum(entry.size for entry in left.values())
    return ", ".join(sorted(left)[:8]) or "nothing"


def left_over(story: Story) -> dict[str, Entry]:
    """What is there that was not before, by-products of any installation left out."""
    folders: tuple[str, ...] = DOCKER_FOLDERS if "+docker" in story.machine.image.role else ("/",)
    folders = (*folders, *filter(None, [story.service.home]))
    new = file_snapshot.added(story.before, file_snapshot.take(story.machine, folders))
    return package_manager.remarkable(new, story.now.project.name)
