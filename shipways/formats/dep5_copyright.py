"""The machine-readable copyright file (DEP-5) of a bundle: the app's licence and its dependencies'.

https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/. All comes from the metadata that
the wheels bring with them (PEP 639; core metadata License-Expression, License, License-File).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PathDistribution
from os import PathLike
from pathlib import Path

from packaging.utils import canonicalize_name

from shipways.project.model import Project
from shipways.util.text import read_text

FORMAT = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
COMMON = {  # SPDX identifier -> its file in Debian's /usr/share/common-licenses (Policy 12.5)
    "Apache-2.0": "Apache-2.0",
    "GPL-2.0": "GPL-2",
    "GPL-3.0": "GPL-3",
    "LGPL-2.1": "LGPL-2.1",
    "LGPL-3.0": "LGPL-3",
    "MPL-2.0": "MPL-2.0",
}
_MARK = r"(?:copyright\s+)?(?:\(c\)|©)\s*|copyright\s+(?=\d{4})|(?=\d{4}[-, \d]*\s(?:\(c\)|©))"
_NOTICE = re.compile(rf"(?im)^\W*(?:{_MARK})(\w.+?)[\s.]*$")
_OF_THE_LICENCE = re.compile(r"Free Software Foundation")  # a notice on the licence's own text


class _Installed(PathDistribution):
    """Metadata of a distribution; its texts are in whatever encoding their authors chose."""

    def __init__(self, info: Path) -> None:
        super().__init__(info)
        self.info = info

    def text_of(self, name: str | PathLike[str]) -> str | None:
        """A file of the metadata; None where there is none."""
        path = self.info / name
        return read_text(path) if path.is_file() else None

    def read_text(self, filename: str | PathLike[str]) -> str | None:
        """By which the library reads METADATA."""
        return self.text_of(filename)


def text(project: Project, site: Path, *, common: bool = False) -> str:
    """The whole file. With `common`, texts that every Debian system has are named by their path."""
    items = map(_Installed, site.glob("*.dist-info"))
    found = {_name(item): item for item in items}
    head = [
        f"Format: {FORMAT}",
        f"Upstream-Name: {project.distribution}",
        f"Upstream-Contact: {project.tool.maintainer}",
        *([f"Source: {project.homepage}"] if project.homepage else []),
    ]
    own = found.pop(project.distribution, None)
    paragraphs = ["\n".join(head), _paragraph(own, ["*"], common)] if own else ["\n".join(head)]
    for name in sorted(found):
        paragraphs.append(_paragraph(found[name], _files(found[name], project), common))
    return "\n\n".join(paragraphs) + "\n"


def _name(item: _Installed) -> str:
    return canonicalize_name(item.metadata["Name"])


def _files(item: _Installed, project: Project) -> list[str]:
    """Patterns that cover what a distribution installed: its packages, modules and metadata."""
    record = item.text_of("RECORD") or ""  # PEP 376: one path a line, then hash and size
    paths = [line.partition(",")[0].partition("/") for line in record.splitlines()]
    tops = {top for top, _, _ in paths} - {"..", ""}
    nested = {top for top, slash, _ in paths if slash}
    site = f"usr/lib/{project.name}/site-packages"
    return [f"{site}/{top}/*" if top in nested else f"{site}/{top}" for top in sorted(tops)]


def _paragraph(item: _Installed, files: list[str], common: bool) -> str:
    """One Files paragraph with the licence's text: short names alone do not tell them apart."""
    licence = _short_name(item)
    texts = list(_licence_texts(item))
    holders = [notice for one in texts for notice in _NOTICE.findall(one)]
    holders = [holder for holder in holders if not _OF_THE_LICENCE.search(holder)]
    shared = COMMON.get(re.sub(r"-(only|or-later)$", "", licence)) if common else None
    if shared:
        body = f"On Debian systems the full text is in /usr/share/common-licenses/{shared}."
    else:
        body = "\n\n".join(texts) or f"{_name(item)} states no more than the licence's name."
    return "\n".join(
        [
            f"Files: {_lines(files)}",
            f"Copyright: {_lines(list(dict.fromkeys(holders)) or [_author(item)])}",
            f"License: {licence}",
            *(f" {line}".rstrip() if line.strip() else " ." for line in body.strip().splitlines()),
        ]
    )


def _lines(values: list[str]) -> str:
    return "\n ".join(values)


def _short_name(item: _Installed) -> str:
    """SPDX expression, else what older metadata says, as one word where it is no expression."""
    stated, older = _field(item, "License-Expression"), _field(item, "License")
    if not stated and older and "\n" not in older and len(older) < 60:
        stated = older
    if not stated:
        labels = (c for c in item.metadata.get_all("Classifier") or () if c.startswith("License"))
        stated = next((label.split(" :: ")[-1] for label in labels), "unstated")
    if re.search(r" (AND|OR|WITH) ", stated):
        return stated.replace(" AND ", " and ").replace(" OR ", " or ").replace(" WITH ", " with ")
    return re.sub(r"\s+", "-", stated.strip())


def _author(item: _Installed) -> str:
    fields = ("Author", "Author-email", "Maintainer", "Maintainer-email")
    stated = filter(None, (_field(item, field) for field in fields))
    return next(stated, f"the authors of {_name(item)}")


def _field(item: _Installed, name: str) -> str:
    """A field's first value; "" where there is none."""
    return next(iter(item.metadata.get_all(name) or ()), "")


def _licence_texts(item: _Installed) -> Iterator[str]:
    """The licence files that the metadata names; lists of authors are none."""
    for name in item.metadata.get_all("License-File") or ():
        if not name.upper().startswith("AUTHORS"):
            content = item.text_of(f"licenses/{name}") or item.text_of(name)
            if content:
                yield content
