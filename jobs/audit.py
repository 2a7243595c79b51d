"""What happens to the audit log each day: where all its chains end is archived, and old details are let go of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time

from domain.actors import SYSTEM
from domain.audit_chains import line_of
from integrations.archive import archive
from persistence import audit_entries, audit_roots
from persistence.database import Database
from persistence.unit import transact

AT = time(0, 5, tzinfo=UTC)


async def anchor(database: Database, now: datetime) -> int:
    """Once a day, from 00:05 on; days that were missed stay without a root, as a later one covers more."""
    if now.timetz() < AT or await audit_roots.is_made(database, now.date()):
        return 0
    root = await archive().keep(f"{now.date()}.heads", _heads(database))
    await transact(database, lambda db: audit_roots.add(db, now.date(), root), by=SYSTEM, at=now)
    while await transact(database, audit_entries.forget_changes, by=SYSTEM, at=now):
        pass
    return 1


async def _heads(database: Database) -> AsyncIterator[str]:
    async with database.snapshot() as connection:
        async for chain in audit_entries.chains(connection):
            yield line_of(chain)
