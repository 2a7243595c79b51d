"""`python -m server COMMAND`: everything an operator does; `--help` lists it."""

import sys

from server.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
