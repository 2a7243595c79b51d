"""`check-audit`: every chain of the audit log recomputed and compared with the archive, for people and for cron."""

from collections.abc import AsyncIterator
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.audit_chains import chain_of
from integrations.archive import Archive
from persistence import audit_entries, audit_roots
from persistence.database import Database
from server.clock import Clock
from server.migrations import require_schema


async def check_audit_command(url: str, archive: Archive) -> int:
    """Prints where a chain is not as it was written; 1 when there is such a place."""
    await require_schema(url)
    database = Database(url, pool_size=2)
    try:
        clock = Clock()
        await clock.reload(database)
        problems = [problem async for problem in _problems(database, archive, clock.now())]
    finally:
        await database.close()
    print("\n".join(problems) or "The audit log is as it was written.")
    return 1 if problems else 0


async def _problems(database: Database, archive: Archive, now: datetime) -> AsyncIterator[str]:
    async with database.snapshot() as connection:
        ids = [chain.id async for chain in audit_entries.chains(connection)]
        for chain_id in (*ids, *await audit_entries.unchained(connection)):
            found = await audit_entries.verify_in(connection, chain_id, now)
            if not found.is_intact:
                yield f"The chain {chain_id} is broken at {found.first_broken_seq}."
        name = archive.latest()
        if name is not None:
            async for problem in _differences(connection, database, archive, name):
                yield problem


async def _differences(
    connection: AsyncConnection, database: Database, archive: Archive, name: str
) -> AsyncIterator[str]:
    """What the archive tells otherwise: a chain that was written anew from some place on agrees with itself."""
    if await audit_roots.of(database, date.fromisoformat(name.partition(".")[0])) != archive.sha256(name):
        yield f"The file {name} of the archive is not the one whose root is known."
    for line in archive.lines(name):
        chain = chain_of(line)
        if await audit_entries.hash_at(connection, chain.id, chain.seq) != chain.hash:
            yield f"The chain {chain.id} is another one than in the file {name}: its entry {chain.seq} differs."
