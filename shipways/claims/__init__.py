"""What is said about ways to deliver, measured: one module a claim, listed here alone."""

from __future__ import annotations

from shipways.claims import commands, delivery, density, isolation, moving
from shipways.claims.base import Claim
from shipways.claims.verdict import Judgement
from shipways.results import ClaimRecord

__all__ = ["CLAIMS", "Claim", "judge"]

MODULES = (delivery, commands, moving, isolation, density)
CLAIMS: dict[str, Claim] = {module.CLAIM.id: module.CLAIM for module in MODULES}


def judge(record: ClaimRecord) -> Judgement:
    """The judgement by the claim's own rule; of an unknown claim its own verdict, unexplained."""
    known = CLAIMS.get(record.id)
    return known.judge(record.measurement, record.about) if known else Judgement(record.verdict)
