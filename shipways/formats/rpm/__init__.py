"""The self-contained RPM package."""
