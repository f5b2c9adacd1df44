"""Install, use, restart, upgrade, remove, purge: the same story for every format."""

from shipways.lifecycle.attempt import try_out
from shipways.lifecycle.lives import verify

__all__ = ["try_out", "verify"]
