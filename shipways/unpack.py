"""Put a wheel's content into a site-packages tree, and nothing of this machine with it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile


def install_wheel(wheel: Path, site: Path) -> None:
    """Install as PEP 427 says, without bytecode; console scripts are left to the launcher.

    RECORD (PEP 376) lists what is there, so entries of the scripts are taken out again.
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
        _trim_record(site / content.dist_info_dir / "RECORD")


def _trim_record(record: Path) -> None:
    rows = [row for row in csv.reader(io.StringIO(record.read_text("utf-8"))) if row]
    kept = [row for row in rows if not row[0].startswith(("..", "/"))]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(kept))
    record.write_text(text.getvalue(), encoding="utf-8")
