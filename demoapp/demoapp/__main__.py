"""``python -m demoapp`` is the ``demoapp`` command."""

import sys

from demoapp.cli import main

sys.exit(main())
