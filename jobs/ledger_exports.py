"""Writing exports of the ledger, and letting go of their content after a week."""

from datetime import datetime
from functools import partial

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.ledger_exports import LedgerExport
from domain.ledger_files import LedgerFile
from jobs.export_parts import Parts
from persistence import ledger_exports
from persistence.database import Database
from persistence.unit import Unit, transact


async def write_ledger_export(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To ledger_export.requested: all parts and the result commit together, so that a killed job leaves nothing."""

    async def work(db: Unit) -> None:
        export = await ledger_exports.for_writing(db, event.subject_id)
        if export is not None:
            export.finish(await _write(database, db, export), by=SYSTEM, at=db.at)

    await transact(database, work, by=SYSTEM, at=now)


async def _write(database: Database, db: Unit, export: LedgerExport) -> LedgerFile:
    """Reads through one snapshot and stores part after part."""
    file, parts = LedgerFile(export.format), Parts(partial(ledger_exports.add_part, db, export))
    await parts.add(file.head())
    async with database.snapshot() as connection:
        async for entry in ledger_exports.entries(connection, export.extent):
            await parts.add(file.line(entry))
    await parts.add(file.trailer())
    await parts.finish()
    return file


async def forget_ledger_exports(database: Database, now: datetime) -> int:
    async def work(db: Unit) -> int:
        exports = await ledger_exports.over(db)
        for export in exports:
            export.forget()
            await ledger_exports.forget_content(db, export)
        return len(exports)

    return await transact(database, work, by=SYSTEM, at=now)
