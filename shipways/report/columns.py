"""What is compared: the columns of the table, in their order."""

from __future__ import annotations

from collections.abc import Callable

from shipways.report import column_readers
from shipways.report.figure import Column, Figure, Seen
from shipways.util.messages import mark as _

HELP = {
    "artifact_bytes": _("the file that is delivered"),
    "transfer_bytes": _("all that a clean machine must receive, dependencies included"),
    "footprint_bytes": _("disk used after the install, less what was used before"),
    "cold_s": _("with empty caches"),
    "warm_s": _("with filled caches"),
    "commands": _("what a person types to install and start; prerequisites are counted apart"),
    "install_s": _("all install commands together"),
    "first_response_s": _("from the first command to the first HTTP 200"),
    "idle_mib": _("of the running service, with nothing to do"),
    "offline": _("installed with the network cut off"),
    "user": _("whom the service runs as"),
    "exposure": _("systemd-analyze security, 0 is best and 10 is worst"),
    "upgrade": _("a newer version over this one, data kept"),
    "rollback": _("back to the version before, data kept"),
    "removal": _("nothing is left after remove and purge"),
    "passed": _("targets on which everything held, of those tried"),
    "peak_mib": _("largest resident memory of the build's tools"),
    "reproducible": _("two builds of one commit gave the same bytes"),
    "lint": _("errors and warnings of the format's own linters"),
}


def _column(
    key: str, title: str, unit: str, read: Callable[[Seen], Figure], installed: bool = False
) -> Column:
    ranked = unit not in ("flag", "text", "share")
    sampled = unit in ("seconds", "mib")
    return Column(key, title, unit, read, HELP[key], ranked, sampled, installed)


def _seen(key: str, title: str, unit: str, runs: str = "") -> Column:
    return _column(key, title, unit, column_readers.on_target(key, runs), installed=True)


def _lived(key: str, title: str, read: Callable[[Seen], Figure], unit: str = "flag") -> Column:
    return _column(key, title, unit, read, installed=True)


COLUMNS: tuple[Column, ...] = (
    _column("artifact_bytes", _("Artifact"), "bytes", column_readers.artifact),
    _seen("transfer_bytes", _("Transfer"), "bytes"),
    _seen("footprint_bytes", _("Footprint"), "bytes"),
    _column("cold_s", _("Build, cold"), "seconds", column_readers.built("cold_s", "cold_runs")),
    _column("warm_s", _("Build, warm"), "seconds", column_readers.warm),
    _column("commands", _("Commands"), "count", column_readers.commands),
    _seen("install_s", _("Install"), "seconds", "install_runs"),
    _seen("first_response_s", _("First response"), "seconds", "first_response_runs"),
    _seen("idle_mib", _("Idle memory"), "mib"),
    _lived("offline", _("Works offline"), column_readers.offline),
    _lived("user", _("Service user"), column_readers.user, "text"),
    _lived("exposure", _("Exposure"), column_readers.exposure, "score"),
    _lived("upgrade", _("Upgrade"), column_readers.phase("upgrade")),
    _lived("rollback", _("Rollback"), column_readers.phase("rollback")),
    _lived("removal", _("Clean removal"), column_readers.removal),
    _lived("passed", _("Targets passed"), column_readers.passed, "share"),
    _column("peak_mib", _("Build memory"), "mib", column_readers.built("peak_mib", "")),
    _column("reproducible", _("Same bytes twice"), "flag", column_readers.reproducible),
    _column("lint", _("Linter findings"), "count", column_readers.lint),
)
BY_KEY = {column.key: column for column in COLUMNS}
