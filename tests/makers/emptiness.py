"""The maker of nothing: a platform as it is before anybody has come."""

import asyncpg

from domain.actors import SYSTEM
from persistence import reference_data
from persistence.database import Database
from persistence.tables import metadata
from persistence.unit import unit_of_work
from server.clock import Clock

_TABLES = [table.name for table in reversed(metadata.sorted_tables)]


async def empty(database: Database, clock: Clock) -> None:
    """Deletes all rows but for what every platform begins with."""
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(";".join(f"DELETE FROM {name}" for name in _TABLES))
    finally:
        await connection.close()
    async with unit_of_work(database, by=SYSTEM, at=clock.now()) as db:
        await reference_data.ensure(db)
