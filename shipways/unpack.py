"""Put a wheel's content into a site-packages tree, and nothing of this machine with it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile


def install_wheel(wheel: Path, site: Path) -> int:
    """Install as PEP 427 says, without bytecode; console scripts are left to the launcher.

    Translations in source form (.po) stay out where the compiled form (.mo), which alone is read,
    lies beside them. RECORD (PEP 376) lists what is there. Returns the installed bytes.
    """
    with tempfile.TemporaryDirectory() as outside, WheelFile.open(wheel) as content:
        schemes = {name: f"{outside}/{name}" for name in ("headers", "scripts", "data")}
        destination = SchemeDictionaryDestination(
            {**schemes, "purelib": str(site), "platlib": str(site)},
            interpreter="/usr/bin/python3",
            script_kind="posix",
            overwrite_existing=True,
        )
        install(source=content, destination=destination, additional_metadata={})
        return _trim(site, site / content.dist_info_dir / "RECORD")


def _trim(site: Path, record: Path) -> int:
    """Take out what nothing reads, and the record's entries of it and of the scripts."""
    rows = [row for row in csv.reader(io.StringIO(record.read_text("utf-8"))) if row]
    inside = [row for row in rows if not row[0].startswith(("..", "/"))]
    unread = {row[0] for row in inside if _is_unread(site / row[0])}
    for name in unread:
        (site / name).unlink()
    text = io.StringIO()
    kept = sorted(row for row in inside if row[0] not in unread)
    csv.writer(text, lineterminator="\n").writerows(kept)
    record.write_text(text.getvalue(), encoding="utf-8")
    return sum((site / row[0]).stat().st_size for row in kept)


def _is_unread(path: Path) -> bool:
    return path.suffix == ".po" and path.with_suffix(".mo").is_file()
