"""Roots: what the ends of all chains of the audit log came to on a day."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from persistence.database import Database
from persistence.tables.audit import audit_roots
from persistence.unit import Unit


async def is_made(database: Database, day: date) -> bool:
    return await of(database, day) is not None


async def of(database: Database, day: date) -> bytes | None:
    """The root of a day; None where there is none."""
    async with database.connection() as connection:
        root: bytes | None = await connection.scalar(select(audit_roots.c.root).where(audit_roots.c.day == day))
        return root


async def add(db: Unit, day: date, root: bytes) -> None:
    """Another worker may have been faster; it has the same root, since an archive keeps the first file of a name."""
    row = insert(audit_roots).values(day=day, root=root, made_at=db.at)
    await db.session.execute(row.on_conflict_do_nothing())
