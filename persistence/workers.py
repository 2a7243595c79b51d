"""The workers that live: each says so every few seconds, by the database's clock."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.system_status import WorkerBeat
from persistence.database import Database
from persistence.tables.operations import workers

_SHOWN = timedelta(days=1)
"""How long one that has said nothing more is still shown."""


async def beat(database: Database, worker_id: UUID, type_: str, host: str) -> None:
    row = insert(workers).values(id=worker_id, type=type_, host=host, started_at=func.now(), last_heartbeat=func.now())
    again = row.on_conflict_do_update(
        index_elements=["id"], set_={"type": type_, "last_heartbeat": row.excluded.last_heartbeat}
    )
    async with database.connection() as connection:
        await connection.execute(again)
        await connection.execute(delete(workers).where(workers.c.last_heartbeat < func.now() - _SHOWN))


async def leave(database: Database, worker_id: UUID) -> None:
    async with database.connection() as connection:
        await connection.execute(delete(workers).where(workers.c.id == worker_id))


async def beats(session: AsyncSession) -> Sequence[WorkerBeat]:
    """The youngest heartbeat first."""
    columns = workers.c.type, workers.c.host, workers.c.started_at, workers.c.last_heartbeat
    return [
        WorkerBeat(*row) for row in await session.execute(select(*columns).order_by(workers.c.last_heartbeat.desc()))
    ]
