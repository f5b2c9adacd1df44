"""The machine that builds, for the results."""

from __future__ import annotations

import os
import platform

from shipways import __version__
from shipways.machines import engine
from shipways.results import Host


def describe() -> Host:
    """Operating system, architecture, processors, Python and Docker of this machine."""
    return Host(
        os=platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        arch=platform.machine(),
        cpus=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        **{engine.name(): engine.version() or ""},
        shipways=__version__,
    )
