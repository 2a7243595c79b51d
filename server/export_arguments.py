"""The arguments of `export-ledger`."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from domain.ledger import AccountCode

_FORMATS = {"csv": "CSV", "jsonl": "JSON_LINES"}


def add_export_arguments(command: ArgumentParser) -> None:
    command.add_argument("--from", dest="posted_from", metavar="INSTANT", type=_instant, help="posted then or later")
    command.add_argument("--to", dest="posted_before", metavar="INSTANT", type=_instant, help="posted before then")
    command.add_argument(
        "--format", metavar="FORMAT", type=_format, default="csv", help="csv or jsonl; csv unless said"
    )
    command.add_argument("--account", metavar="CODE", type=_code, help="only accounts with this code")
    command.add_argument("--organization", metavar="ID", type=_organization, help="only accounts of this organization")
    command.add_argument(
        "-o", dest="output", metavar="FILE", type=Path, help="where to write; standard output unless said"
    )


def _instant(text: str) -> datetime:
    """A day counts from its beginning, in UTC unless it says otherwise."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no instant; give one such as 2026-03-01 or 2026-03-01T09:30:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _format(text: str) -> str:
    if text not in _FORMATS:
        raise ArgumentTypeError(f"{text} is no format; give {' or '.join(_FORMATS)}")
    return _FORMATS[text]


def _code(text: str) -> AccountCode:
    if text not in AccountCode.__members__:
        raise ArgumentTypeError(f"{text} is no account; give one of {', '.join(AccountCode.__members__)}")
    return AccountCode[text]


def _organization(text: str) -> UUID:
    """The id as the API has it, or the bare UUID as the file has it."""
    try:
        return UUID(text.removeprefix("org_"))
    except ValueError:
        raise ArgumentTypeError(f"{text} is no organization; give its id, org_ and 32 hex digits") from None
