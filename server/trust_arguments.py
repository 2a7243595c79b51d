"""The arguments of `trust`."""

from argparse import ArgumentParser
from pathlib import Path


def add_trust_arguments(command: ArgumentParser) -> None:
    command.add_argument(
        "manifest", metavar="MANIFEST", type=Path, nargs="?", help="what the release asks; without it: what is trusted"
    )
    command.add_argument("--client", metavar="NAME", help="whose release it is, as web")
    command.add_argument("--release", metavar="NAME", help="which one, as 1.2")
    command.add_argument("--retire", action="store_true", help="instead: end the trust in that release")
