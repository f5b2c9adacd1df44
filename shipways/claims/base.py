"""What a claim is: a sentence, what is measured for it, and the rule by which it is judged."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from shipways.claims.verdict import Judgement, Measured, Rows
from shipways.results import FormatRecord, TargetRecord

if TYPE_CHECKING:
    from shipways.claims.server import Stage

Measurements: TypeAlias = dict[str, Measured]


@dataclass(frozen=True)
class Claim:
    """Something that is said about containers.

    Its figures of a format come from the target that stands for it (`from_target`), or from a trial
    on machines of its own (`measure`); units are in their names. `judge` gets them by format, and
    the formats that the claim is about.
    """

    id: str
    text: str  # marked for translation
    judge: Callable[[Rows, Collection[str]], Judgement]
    from_target: Callable[[FormatRecord, TargetRecord], Measurements] | None = None
    measure: Callable[[Stage], Measurements] | None = None
