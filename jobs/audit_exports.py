"""Writing exports of the audit log, and letting go of their content after a week."""

from datetime import datetime
from functools import partial

from domain.actors import SYSTEM
from domain.audit_exports import AuditExport
from domain.audit_files import AuditFile
from domain.events import OutboxEvent
from jobs.export_parts import Parts
from persistence import audit_exports
from persistence.database import Database
from persistence.unit import Unit, transact


async def write_audit_export(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To audit_export.requested: all parts and the result commit together, so that a killed job leaves nothing."""

    async def work(db: Unit) -> None:
        export = await audit_exports.for_writing(db, event.subject_id)
        if export is not None:
            export.finish(await _write(database, db, export), by=SYSTEM, at=db.at)

    await transact(database, work, by=SYSTEM, at=now)


async def _write(database: Database, db: Unit, export: AuditExport) -> AuditFile:
    """Reads through one snapshot and stores part after part."""
    file, parts = AuditFile(export.format), Parts(partial(audit_exports.add_part, db, export))
    await parts.add(file.head())
    async with database.snapshot() as connection:
        async for entry in audit_exports.entries(connection, export):
            await parts.add(file.line(entry))
    await parts.finish()
    return file


async def forget_audit_exports(database: Database, now: datetime) -> int:
    async def work(db: Unit) -> int:
        exports = await audit_exports.over(db)
        for export in exports:
            export.forget()
            await audit_exports.forget_content(db, export)
        return len(exports)

    return await transact(database, work, by=SYSTEM, at=now)
