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

    def row(self) -> tuple[str, str, str, str, str]:
        verdict = "reached" if self.value <= self.limit else "[bold]not reached[/bold]"
        return (self.name, self._text(self.value), f"≤ {self._text(self.limit)}", verdict, self.how)

    def _text(self, value: float) -> str:
        return f"{value:.2f} {self.unit}".strip()
