"""The notice board as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardConfig(AppConfig):
    name = "demoapp.board"
    verbose_name = _("Notice board")
