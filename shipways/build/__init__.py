"""Builds formats into dist/, and keeps the time."""
