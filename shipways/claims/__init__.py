"""What is said about ways to deliver, measured: each claim with its figures and a verdict."""

from shipways.claims.measuring import failed, measure, refresh

__all__ = ["failed", "measure", "refresh"]
