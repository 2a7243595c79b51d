"""Whether the simulator has anything to do: asked every second, so it takes no connection of the simulator's own."""

from datetime import datetime

from sqlalchemy import exists, or_, select

from persistence.database import Database
from persistence.tables.simulator import simulator_deliveries, simulator_diary


async def has_anything_due(database: Database, now: datetime) -> bool:
    """Whether something is to happen by itself by now, or a webhook is to be sent."""
    sending, happening = simulator_deliveries.c, simulator_diary.c
    due = or_(exists().where(sending.done_at.is_(None), sending.due_at <= now), exists().where(happening.due_at <= now))
    async with database.connection() as connection:
        return bool(await connection.scalar(select(due)))
