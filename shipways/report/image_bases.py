"""The image on each base, side by side, and what speaks for the one that is the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shipways.report.columns import COLUMNS
from shipways.report.i18n import Words
from shipways.report.value_text import STATUS, more_text, reason_text, value_text
from shipways.results import BaseRecord, Results
from shipways.util.messages import mark as _

BYTECODE = ("minimal", "minimal-no-bytecode")  # the same base with it and without
NAMES = {"minimal-no-bytecode": _("minimal, without bytecode")}
FIGURES = {  # of a base: its unit and title
    "artifact_bytes": ("bytes", _("To send")),
    "disk_bytes": ("bytes", _("On disk")),
    "update_bytes": ("bytes", _("To send after a changed line")),
    "files": ("count", _("Files")),
    "packages": ("count", _("Packages")),
    "shell": ("flag", _("Shell")),
    "package_manager": ("flag", _("Package manager")),
    "pip": ("flag", _("pip")),
    "setuid_files": ("count", _("Setuid files")),
    "first_response_s": ("seconds", _("First response")),
    "cpu_s": ("seconds", _("Processor until then")),
}
FEATURES = {  # what an intruder would use: that it is there, that it is not
    "shell": (_("a shell"), _("no shell")),
    "package_manager": (_("a package manager"), _("no package manager")),
    "pip": (_("pip"), _("no pip")),
    "setuid_files": ("", _("no setuid file")),
}


@dataclass(frozen=True)
class BasesView:
    """The table of one format's bases, and sentences on it."""

    format: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # the base's name, its system, its figures
    sentences: tuple[str, ...]


def bases_views(results: Results, words: Words) -> Iterator[BasesView]:
    """One for each format whose bases were compared."""
    for name, record in results.formats.items():
        if record.bases:
            titles = (_("Base"), _("System"), *(title for _unit, title in FIGURES.values()))
            yield BasesView(
                name,
                tuple(map(words.say, titles)),
                tuple(_rows(record.bases, words)),
                (*_argument(record.bases, words), *_missing(record.bases, words)),
            )


def _rows(bases: Mapping[str, BaseRecord], words: Words) -> Iterator[tuple[str, ...]]:
    for key, base in bases.items():
        if base.status == "ok":
            read = ((unit, getattr(base, figure)) for figure, (unit, _title) in FIGURES.items())
            yield _name(key, words), base.platform, *(_shown(*each, words) for each in read)


def _shown(unit: str, value: float | None, words: Words) -> str:
    return words.say(_("not measured")) if value is None else value_text(unit, value, words)


def _name(key: str, words: Words) -> str:
    return words.say(NAMES.get(key, key))


def _argument(bases: Mapping[str, BaseRecord], words: Words) -> Iterator[str]:
    """The default, the others against it, and what bytecode costs and gives."""
    built = {key: base for key, base in bases.items() if base.status == "ok"}
    chosen = next((key for key, base in built.items() if base.default), "")
    if chosen:
        default = built[chosen]
        told = [*_counts(default, words), *_lacks(default, words)]
        yield words.say(_("%(name)s is the default: %(told)s.")) % {
            "name": _name(chosen, words),
            "told": ", ".join(told),
        }
        for key, base in built.items():
            if key != chosen and not {key, chosen} <= {*BYTECODE}:
                told = [*_counts(base, words, default), *_has(base, default, words)]
                yield f"{_name(key, words)}: {', '.join(told)}."
    if {*BYTECODE} <= built.keys():
        yield from _bytecode(built[BYTECODE[0]], built[BYTECODE[1]], words)


def _counts(base: BaseRecord, words: Words, default: BaseRecord | None = None) -> Iterator[str]:
    if base.artifact_bytes is not None:
        yield words.say(_("%(size)s to send")) % {"size": words.bytes(base.artifact_bytes)}
    if default and default.artifact_bytes and base.artifact_bytes:
        yield _against(default.artifact_bytes, base.artifact_bytes, words)
    if base.packages is not None:
        form = words.ngettext("%(number)s package", "%(number)s packages", base.packages)
        yield form % {"number": words.number(base.packages)}


def _against(default: int, value: int, words: Words) -> str:
    """By how much a base sends more or less than the default."""
    if value >= default:
        return more_text(COLUMNS["artifact_bytes"], default, value, words)
    return words.say(_("%(share)s less")) % {"share": words.percent(1 - value / default)}


def _lacks(base: BaseRecord, words: Words) -> Iterator[str]:
    for key, (_there, absent) in FEATURES.items():
        if getattr(base, key) in (False, 0):
            yield words.say(absent)


def _has(base: BaseRecord, default: BaseRecord, words: Words) -> Iterator[str]:
    """What a base has that the default is without."""
    for key, (there, _absent) in FEATURES.items():
        value = getattr(base, key)
        if value and not getattr(default, key):
            form = there or words.ngettext(
                "%(number)s setuid file", "%(number)s setuid files", value
            )
            yield words.say(form) % {"number": value}


def _bytecode(with_it: BaseRecord, without: BaseRecord, words: Words) -> Iterator[str]:
    size = (with_it.artifact_bytes or 0) - (without.artifact_bytes or 0)
    saved = (without.first_response_s or 0) - (with_it.first_response_s or 0)
    if size > 0 and saved > 0:
        message = _("Bytecode adds %(size)s and saves %(seconds)s until the first response.")
        yield words.say(message) % {"size": words.bytes(size), "seconds": words.seconds(saved)}
    elif size > 0:
        message = _("Bytecode adds %(size)s, and the first response comes no sooner.")
        yield words.say(message) % {"size": words.bytes(size)}


def _missing(bases: Mapping[str, BaseRecord], words: Words) -> Iterator[str]:
    for key, base in bases.items():
        if base.status != "ok":
            status = words.say(STATUS.get(base.status, base.status))
            yield f"{_name(key, words)} {status}: {reason_text(base.reason, words)}"
