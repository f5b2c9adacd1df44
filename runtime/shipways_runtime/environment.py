"""Typed reading of environment variables: a bad value is an error that names the variable."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path

from .errors import BadSetting

BOOLEANS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


class Environment:
    """Reads settings from ``values``, usually ``os.environ``.

    An empty value counts as unset: that is how env files and compose files spell "the default".
    Names are asked for without the application's ``prefix``: PREFIX_NAME counts before NAME, which
    only well-known names (``plain``) may leave out. Those asked for are remembered in ``names``, so
    that a misspelt one can be pointed out.
    """

    def __init__(
        self, values: Mapping[str, str], prefix: str = "", plain: Container[str] = ()
    ) -> None:
        self.values = values
        self.prefix = prefix
        self.plain = plain
        self.names: set[str] = set()

    def called(self, name: str) -> str:
        """The variable that says it: the one that is set, else the one with the prefix."""
        own = self.prefix + name
        self.names.add(own)
        if name in self.plain and self.values.get(name, "").strip():
            return own if self.values.get(own, "").strip() else name
        return own

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(self.called(name), "").strip() or default

    def boolean(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default))
        if value.lower() not in BOOLEANS:
            raise BadSetting(self.called(name), f"{value!r} is not a boolean; use true or false")
        return BOOLEANS[value.lower()]

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            reason = f"{value!r} is not a whole number from {least} to {most}"
            raise BadSetting(self.called(name), reason)
        return int(value)

    def choice(self, name: str, default: str, choices: Iterable[str]) -> str:
        value = self.text(name, default)
        if value not in choices:
            known = ", ".join(choices)
            raise BadSetting(self.called(name), f"{value!r} is not known; use one of {known}")
        return value

    def words(self, name: str, default: str = "") -> list[str]:
        """A list separated by commas or blanks."""
        return [word for word in re.split(r"[,\s]+", self.text(name, default)) if word]

    def path(self, name: str, default: Callable[[], Path]) -> Path:
        """An absolute path; ``default`` is called only if it is needed."""
        value = Path(self.text(name)) if self.text(name) else default()
        if not value.is_absolute():
            raise BadSetting(self.called(name), f"{str(value)!r} is not an absolute path")
        return value

    def secret(self, name: str) -> str:
        """The value of ``name``, or the contents of the file that ``name``_FILE names, or ``""``.

        The file is for containers, which get their secrets as files. Neither ever appears in an
        error message.
        """
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            raise BadSetting(
                self.called(f"{name}_FILE"), f"is set and so is {self.called(name)}; choose one"
            )
        if not file:
            return value
        try:
            value = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "is not text"
            raise BadSetting(
                self.called(f"{name}_FILE"), f"cannot read {file}: {reason}"
            ) from error
        if not value:
            raise BadSetting(self.called(f"{name}_FILE"), f"{file} is empty")
        return value

    def misspelt(self) -> list[str]:
        """One sentence for each variable with the prefix that nothing asked for."""
        unknown = sorted(name for name in self.values if name.startswith(self.prefix))
        return [self._complaint(name) for name in unknown if name not in self.names]

    def _complaint(self, name: str) -> str:
        import difflib

        known = [one.removeprefix(self.prefix) for one in self.names]
        close = difflib.get_close_matches(name.removeprefix(self.prefix), known, n=1)
        hint = f"; did you mean {self.prefix}{close[0]}?" if close else ""
        return f"{name} is not a setting of this version{hint}"
