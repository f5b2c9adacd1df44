#!/usr/bin/env python3
"""The ``demoapp`` command for a checkout that is not installed."""

import sys

from demoapp.cli import main

if __name__ == "__main__":
    sys.exit(main())
