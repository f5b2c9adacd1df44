"""Build every delivery format of a Django project, install each, and compare what they cost."""

__version__ = "0.1.0"
