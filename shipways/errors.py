"""Every error that a user can see: what is wrong, what to do next, and the exit code.

Exit codes: 0 all asked for is ok; 1 something failed to build or verify; 2 wrong use or a wrong
project; 3 a needed tool is missing.
"""

from __future__ import annotations

from pathlib import Path

ISSUES = "https://github.com/shipways/shipways/issues"
REPORT = f"That is a fault of Shipways: please report it at {ISSUES}, with the log."


class ShipwaysError(Exception):
    """Base of all; `hint` names the next step and `log` the file with the whole story."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", log: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log
        self.told = False  # it only refers to an error that has been shown whole

    def __str__(self) -> str:
        return f"{self.reason}\nThe log is {self.log}" if self.log else self.reason

    @property
    def reason(self) -> str:
        """Message and next step, without the log's place on this machine: for the results."""
        return "\n".join(part for part in (self.message, self.hint) if part)


class BuildError(ShipwaysError):
    """An artifact could not be built."""


class VerifyError(ShipwaysError):
    """An artifact was built, but did not do on a clean machine what it should."""


class HashMismatch(BuildError):
    """A file in the wheelhouse is not the one that the lock names."""


class Busy(ShipwaysError):
    """Another build is writing to the same dist/."""


class UsageError(ShipwaysError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class ProjectError(UsageError):
    """The shipped project's metadata is missing or wrong; names the file and the key."""


class SourceError(ProjectError):
    """A file of the source tree cannot be shipped as it is, or Git refuses to say which are."""


class LockMismatch(ProjectError):
    """The lock file does not fit the project."""


class ToolMissing(ShipwaysError):
    """A program or service that this format needs is not there; the hint says how to get it."""

    exit_code = 3
