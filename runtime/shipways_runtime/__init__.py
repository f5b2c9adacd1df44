"""What a delivered Django project is started by. Nothing is imported until it is needed."""

__version__ = "0.1.0"
