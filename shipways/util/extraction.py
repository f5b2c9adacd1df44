"""Take files out of a tar archive, none of them outside the folder that it is unpacked into.

PEP 706's filters, also where the distribution's Python is older than they are: Debian 12's 3.11.2
has none, so before 3.12 a back-port of the module does the work.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import IO, Literal

from shipways.errors import BuildError

if sys.version_info >= (3, 12):
    import tarfile
else:
    from backports import tarfile

Rule = Literal["data", "tar"]


def extract(
    archive: Path | IO[bytes],
    folder: Path,
    names: Collection[str] | None = None,
    *,
    rule: Rule = "data",
) -> None:
    """Unpack an archive of any compression into `folder`: all of it, or the members `names`.

    `data` refuses absolute names, names and links that lead out of `folder`, and devices, and
    leaves owners and all modes but "executable" to this machine. `tar` is for systems, whose links
    may be absolute: only names that lead out are refused, and set-uid bits dropped. Raises
    `BuildError` for what is refused and for what is no archive.
    https://peps.python.org/pep-0706/
    """
    opened = {"name": archive} if isinstance(archive, Path) else {"fileobj": archive}
    try:
        with tarfile.open(**opened) as tar:
            members = [member for member in tar if names is None or member.name in names]
            tar.extractall(folder, members, filter=rule)
    except tarfile.TarError as error:
        what = archive.name if isinstance(archive, Path) else "An archive"
        raise BuildError(f"{what} cannot be unpacked: {error}") from error
