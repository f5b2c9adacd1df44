"""A figure of a format: its value, the runs behind it, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from shipways.results import FormatRecord, TargetRecord


@dataclass(frozen=True)
class Source:
    """Where a figure came from."""

    commands: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()  # relative to dist/
    tool: str = ""
    target: str = ""
    files: tuple[tuple[str, str], ...] = ()  # path and SHA-256
    notes: tuple[str, ...] = ()
    results: tuple[tuple[str, str], ...] = ()  # target and how it went there
    parts: tuple[tuple[str, int], ...] = ()  # the largest of what is inside, bytes unpacked


@dataclass(frozen=True)
class Detail:
    """A figure beside a figure, told only with its evidence: a message with %(value)s."""

    message: str
    unit: str
    value: float


@dataclass(frozen=True)
class Figure:
    """One measured value; `value` is None where there is none, flags are 1 or 0."""

    value: float | None = None
    runs: tuple[float, ...] = ()
    text: str = ""
    offered: bool = True
    left: tuple[int, int] | None = None  # files and bytes that stayed behind
    source: Source = Source()
    details: tuple[Detail, ...] = ()

    @property
    def low(self) -> float:
        """The smallest value that any run gave."""
        return min(self.runs, default=self.value or 0.0)

    @property
    def high(self) -> float:
        """The largest value that any run gave."""
        return max(self.runs, default=self.value or 0.0)


@dataclass(frozen=True)
class Seen:
    """A format's record and the one target whose figures stand for it."""

    record: FormatRecord
    target_name: str = ""
    target: TargetRecord | None = None
