"""`export-ledger`: entries of the ledger as a file, read through a cursor so that any number of them fits."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from domain.export_files import FileFormat
from domain.ledger_exports import Extent
from domain.ledger_files import LedgerFile
from persistence.database import Database
from persistence.ledger_exports import entries
from server.migrations import require_schema


async def export_command(url: str, chosen: Namespace) -> int:
    """Writes the file, and its SHA-256 as sha256sum would to standard error."""
    await require_schema(url)
    extent = Extent(
        posted_from=chosen.posted_from,
        posted_before=chosen.posted_before,
        account_organization_id=chosen.organization,
        account_code=chosen.account,
    )
    file = LedgerFile(FileFormat[chosen.format])
    database = Database(url, pool_size=1)
    try:
        with _opened(chosen.output) as output:
            await _write(database, extent, file, output)
    finally:
        await database.close()
    print(f"{file.sha256}  {chosen.output or '-'}  ({file.entry_count} entries)", file=sys.stderr)
    return 0


async def _write(database: Database, extent: Extent, file: LedgerFile, output: TextIO) -> None:
    async with database.snapshot() as connection:
        output.write(file.head())
        async for entry in entries(connection, extent):
            output.write(file.line(entry))
    output.write(file.trailer())


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """The file, with line ends as they are written: they count in its SHA-256."""
    if path is None:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as output:
            yield output
        return
    with path.open("w", encoding="utf-8", newline="") as output:
        yield output
