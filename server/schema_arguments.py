"""What `python -m server schema` takes; apart from what it does, which takes longer to load."""

from argparse import ArgumentParser
from pathlib import Path

ROOT = Path(__file__).parent.parent
SDL, OPERATIONS = ROOT / "schema" / "schema.graphql", ROOT / "clients" / "operations"


def add_schema_arguments(parser: ArgumentParser) -> None:
    """The commands below `schema`. OLD and NEW are SDL files, `-` is the standard input."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="about")
    check = commands.add_parser("check", help="say what a change breaks; exit 1 when somebody uses it")
    changelog = commands.add_parser("changelog", help="write the entry for the changelog of the packages")
    deprecated = commands.add_parser("deprecations", help="list what is deprecated, with who still uses it")
    for one in (check, changelog):
        one.add_argument("old", metavar="OLD", type=Path, help="the schema that clients know")
        one.add_argument("new", metavar="NEW", type=Path, nargs="?", default=SDL, help="left out: the checked-in one")
    for one in (check, deprecated):
        one.add_argument("--operations", metavar="DIR", type=Path, default=OPERATIONS, help="what clients send")
        one.add_argument("--usage", metavar="FILE", type=Path, help="JSON: requests counted by coordinate")
    deprecated.add_argument("schema", metavar="SCHEMA", type=Path, nargs="?", default=SDL, help="left out: as above")
    changelog.add_argument("--version", help="of the packages before the change; else that of the checked-in ones")
