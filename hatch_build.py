"""Compiles the translations while the wheel is built, or an editable install is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TranslationsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes a .mo file beside each .po file; Git does not track them, so it names them as well."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Before the wheel's files are collected: compile, and have the results taken along."""
        root = Path(self.root)
        for source in sorted(root.glob("shipways/**/LC_MESSAGES/*.po")):
            with source.open("rb") as file:
                catalog = read_po(file, locale=source.parent.parent.name)
            compiled = source.with_suffix(".mo")
            with compiled.open("wb") as file:
                write_mo(file, catalog)
            build_data["artifacts"].append(f"/{compiled.relative_to(root).as_posix()}")
