"""Put a wheel's content into a site-packages tree, and nothing of this machine with it."""

from __future__ import annotations

import configparser
import csv
import io
import tempfile
from collections.abc import Container, Iterator, Sequence
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.sources import WheelContentElement, WheelFile

from shipways.errors import BuildError
from shipways.util.progress import named, say_once
from shipways.util.text import decode, read_text

ALWAYS = "en"  # what programs are written in, and what Django falls back to


def install_wheel(wheel: Path, site: Path, languages: Sequence[str] = ()) -> int:
    """Install as PEP 427 says, without bytecode; console scripts are left to the launcher.

    A tree of modules has no place for the wheel's own scripts, headers and data: they stay out,
    which is said. What the wheel says is executable is so.

    Translations in source form (.po) stay out where the compiled form (.mo), which alone is read,
    lies beside them; so do translations into other `languages` (RFC 5646: "ru", "pt-BR") than
    these and English, unless none is named. RECORD (PEP 376) lists what is there. Returns the
    installed bytes. Raises `BuildError` where a wheel is not as PEP 427 has it.
    """
    with tempfile.TemporaryDirectory() as outside, ZipFile(wheel) as archive:
        schemes = {name: f"{outside}/{name}" for name in ("headers", "scripts", "data")}
        destination = SchemeDictionaryDestination(
            {**schemes, "purelib": str(site), "platlib": str(site)},
            interpreter="/usr/bin/python3",
            script_kind="posix",
            overwrite_existing=True,
        )
        _tell(wheel.name, archive)
        content = _Read(archive, languages)
        try:
            install(source=content, destination=destination, additional_metadata={})
        except (AssertionError, InstallerError, KeyError, configparser.Error) as error:
            raise BuildError(f"{wheel.name} cannot be installed: {error!r}") from error
        return _settle_record(site, site / content.dist_info_dir / "RECORD")


class _Read(WheelFile):
    """A wheel without what nothing reads: it is never written, which takes longer than to pack."""

    def __init__(self, archive: ZipFile, languages: Sequence[str]) -> None:
        super().__init__(archive)
        self._names = frozenset(archive.namelist())
        self._languages = languages

    def read_dist_info(self, filename: str) -> str:
        """Metadata in whatever encoding it has."""
        return decode(self._zipfile.read(f"{self.dist_info_dir}/{filename}"))

    def get_contents(self) -> Iterator[WheelContentElement]:
        for element in super().get_contents():
            path = PurePosixPath(element[0][0])
            if not (_is_source(path, self._names) or _is_foreign(path, self._languages)):
                yield element


def _tell(wheel: str, archive: ZipFile) -> None:
    """Say what is not installed of NAME-VERSION.data (PEP 427, "Installing a wheel")."""
    paths = [name.split("/", 2) for name in archive.namelist() if not name.endswith("/")]
    spread = [path[1:] for path in paths if len(path) > 2 and path[0].endswith(".data")]
    left = ["/".join(path) for path in spread if path[0] not in ("purelib", "platlib")]
    if left:
        say_once(f"  {wheel}: not in the bundle: {named(left)}")


def _settle_record(site: Path, record: Path) -> int:
    """Take the entries of the scripts out of the record, and sort it; returns the bytes listed."""
    rows = [row for row in csv.reader(io.StringIO(read_text(record))) if row]
    inside = sorted(row for row in rows if not row[0].startswith(("..", "/")))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(inside)
    record.write_text(text.getvalue(), encoding="utf-8")
    return sum((site / row[0]).stat().st_size for row in inside)


def _is_source(path: PurePosixPath, names: Container[str]) -> bool:
    return path.suffix == ".po" and str(path.with_suffix(".mo")) in names


def _is_foreign(path: PurePosixPath, languages: Sequence[str]) -> bool:
    """A translation in gettext's layout, LANGUAGE/LC_MESSAGES, into none of `languages`.

    A language falls back to the one that it is a kind of: pt-BR to pt.
    """
    if not languages or path.parent.name != "LC_MESSAGES":
        return False
    found = f"{path.parent.parent.name.lower().replace('_', '-')}-"
    return not any(f"{wanted.lower()}-".startswith(found) for wanted in (*languages, ALWAYS))
