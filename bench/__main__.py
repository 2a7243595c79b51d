"""The command: `python -m bench`."""

import sys

from bench.commands import main

sys.exit(main(sys.argv[1:]))
