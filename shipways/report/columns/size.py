"""Sizes: of what is delivered, of what a machine receives, of what it keeps."""

from __future__ import annotations

from operator import attrgetter

from shipways.report.columns.base import Column, Superlative
from shipways.report.columns.reading import builder, details, on_target
from shipways.report.figure import Figure, Seen, Source
from shipways.util.messages import mark as _

PARTS = 5  # of an artifact are told


def artifact(seen: Seen) -> Figure:
    """The first file of a format; one that is but a link offers none."""
    files = seen.record.artifacts
    if not files:
        return Figure(offered=seen.record.status != "ok")
    listed = tuple((file.path, file.sha256) for file in files)
    largest = sorted(seen.record.contents.items(), key=lambda part: -part[1])[:PARTS]
    return Figure(
        float(files[0].bytes),
        source=Source(files=listed, tool=builder(seen), parts=tuple(largest)),
        details=details((_("unpacked: %(value)s"), "bytes", files[0].installed_bytes)),
    )


ARTIFACT = Column(
    "artifact_bytes",
    _("Artifact"),
    "bytes",
    artifact,
    _("the file that is delivered"),
    better="less",
    brief=True,
    lead=Superlative(2, _("Smallest file")),
    wish=Superlative(3, _("the smallest file")),
    limit="bytes",
)
TRANSFER = Column(
    "transfer_bytes",
    _("Transfer"),
    "bytes",
    on_target("transfer_bytes"),
    _("all that a clean machine must receive, dependencies included"),
    better="less",
    installed=True,
    brief=True,
    on_target=attrgetter("transfer_bytes"),
    lead=Superlative(1, _("Least to transfer")),
    wish=Superlative(2, _("the least to transfer")),
    limit="transfer_bytes",
)
FOOTPRINT = Column(
    "footprint_bytes",
    _("Footprint"),
    "bytes",
    on_target("footprint_bytes"),
    _("disk used after the install, less what was used before"),
    better="less",
    installed=True,
    brief=True,
    on_target=attrgetter("footprint_bytes"),
    lead=Superlative(6, _("Least disk used")),
    wish=Superlative(5, _("the least disk")),
    limit="footprint_bytes",
)
