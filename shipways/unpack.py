"""Put a wheel's content into a site-packages tree, and nothing of this machine with it."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

ALWAYS = "en"  # what programs are written in, and what Django falls back to


def install_wheel(wheel: Path, site: Path, languages: Sequence[str] = ()) -> int:
    """Install as PEP 427 says, without bytecode; console scripts are left to the launcher.

    Translations in source form (.po) stay out where the compiled form (.mo), which alone is read,
    lies beside them; so do translations into other `languages` (RFC 5646: "ru", "pt-BR") than
    these and English, unless none is named. RECORD (PEP 376) lists what is there. Returns the
    installed bytes.
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
        return _trim(site, site / content.dist_info_dir / "RECORD", languages)


def _trim(site: Path, record: Path, languages: Sequence[str]) -> int:
    """Take out what nothing reads, and the record's entries of it and of the scripts."""
    rows = [row for row in csv.reader(io.StringIO(record.read_text("utf-8"))) if row]
    inside = [row for row in rows if not row[0].startswith(("..", "/"))]
    unread = {
        row[0]
        for row in inside
        if _is_source(site / row[0]) or _is_foreign(site / row[0], languages)
    }
    for name in unread:
        (site / name).unlink()
    _remove_empty({(site / name).parent for name in unread})
    text = io.StringIO()
    kept = sorted(row for row in inside if row[0] not in unread)
    csv.writer(text, lineterminator="\n").writerows(kept)
    record.write_text(text.getvalue(), encoding="utf-8")
    return sum((site / row[0]).stat().st_size for row in kept)


def _is_source(path: Path) -> bool:
    return path.suffix == ".po" and path.with_suffix(".mo").is_file()


def _is_foreign(path: Path, languages: Sequence[str]) -> bool:
    """A translation in gettext's layout, LANGUAGE/LC_MESSAGES, into none of `languages`.

    A language falls back to the one that it is a kind of: pt-BR to pt.
    """
    if not languages or path.parent.name != "LC_MESSAGES":
        return False
    found = f"{path.parent.parent.name.lower().replace('_', '-')}-"
    return not any(f"{wanted.lower()}-".startswith(found) for wanted in (*languages, ALWAYS))


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of these folders, and of those above them, that nothing is left in."""
    for folder in folders:
        for candidate in (folder, *folder.parents):
            if not candidate.is_dir():
                continue
            if any(candidate.iterdir()):
                break
            candidate.rmdir()
