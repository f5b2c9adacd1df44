"""DJANGO_SETTINGS_MODULE of a delivered project: its own settings with the overlay over them."""

from .. import application, config
from . import lay_over

globals().update(lay_over(application.current(), config.current()))
