"""Phases of the life of an installed artifact."""
