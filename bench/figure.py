"""One measured figure beside its limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, its value and limit in `unit`, and how it was measured."""

    name: str
    value: float
    limit: float
    unit: str
    how: str
    at_least: bool = False  # the limit is one from below

    def row(self) -> tuple[str, str, str, str, str]:
        reached = self.value >= self.limit if self.at_least else self.value <= self.limit
        verdict = "reached" if reached else "[bold]not reached[/bold]"
        limit = f"{'≥' if self.at_least else '≤'} {self._text(self.limit)}"
        return (self.name, self._text(self.value), limit, verdict, self.how)

    def _text(self, value: float) -> str:
        return f"{value:.2f} {self.unit}".strip()
