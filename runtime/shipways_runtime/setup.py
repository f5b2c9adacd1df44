"""What comes before the project's own code: its paths, its environment, its settings."""

from __future__ import annotations

import os
import sys

from . import application, config, configuration_files, variables

SETTINGS = f"{application.PACKAGE}.overlay.settings"


def prepare() -> None:
    """Once per process. Raises `BadSetting` for a wrong or a missing variable."""
    app, settings = application.current(), config.current()
    sys.path[:0] = [path for path in app.paths if path not in sys.path]
    if app.folder.is_dir():
        os.chdir(app.folder)
    variables.apply(app, settings)
    configuration_files.write(app, settings.state)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    # Now, because Django would put off a wrong setting and then blame the command for it.
    from django.conf import settings as django_settings

    _ = django_settings.DEBUG


def misspelt() -> list[str]:
    """A sentence for each of the application's variables that means nothing to it."""
    app = application.current()
    own = {variable["name"] for variable in app.environment}
    lines = config.current().environment.misspelt()
    return [line for line in lines if line.split()[0] not in own]
