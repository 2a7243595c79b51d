"""The audit log as tests see it: entries as they are stored, and changes to them that only a superuser can make."""

from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select

from domain.audit_chains import AuditVerification
from domain.audit_entries import AuditEntry
from persistence.audit_entries import verify
from persistence.tables.audit import audit_entries
from tests.world import Person, World

ENTRIES = """query($filter: AuditEntryFilter, $first: Int) { auditEntries(first: $first, filter: $filter) { nodes {
  seq actorKind actor { id } organization { id } action refusal subjectType subjectId change requestId ip prevHash hash
} } }"""


async def entries_for(person: Person, **filter: Any) -> list[dict[str, Any]]:
    """What somebody sees of the audit log, the latest first."""
    found: list[dict[str, Any]] = (await person.ask(ENTRIES, filter=filter, first=100))["auditEntries"]["nodes"]
    return found


async def written(world: World, chain_id: UUID | None = None) -> list[AuditEntry]:
    """All entries as they are stored, or those of a chain, in their order."""
    statement = select(AuditEntry).order_by(audit_entries.c.chain_id, audit_entries.c.seq)
    if chain_id is not None:
        statement = statement.where(audit_entries.c.chain_id == chain_id)
    async with world.database.reader() as session:
        return list(await session.scalars(statement))


async def verified(world: World, chain_id: UUID) -> AuditVerification:
    return await verify(world.database, chain_id, world.clock.now())


async def tamper(world: World, statement: str, *values: Any) -> None:
    """Changes rows with a superuser's rights, past every trigger."""
    connection = await asyncpg.connect(world.database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        assert await connection.execute(statement, *values) not in ("UPDATE 0", "DELETE 0")
    finally:
        await connection.close()
