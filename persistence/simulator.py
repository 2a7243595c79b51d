"""The way to the simulator's books from here: whether they have anything due, and within a mutation's transaction."""

from datetime import datetime

import asyncpg
from sqlalchemy import exists, or_, select

from persistence.database import Database
from persistence.tables.simulator import simulator_deliveries, simulator_diary
from persistence.turns import take_turn
from persistence.unit import Unit


async def has_anything_due(database: Database, now: datetime) -> bool:
    """Whether something is to happen by itself by now, or a webhook is to be sent.

    Asked every second, so it takes no connection of the simulator's own.
    """
    sending, happening = simulator_deliveries.c, simulator_diary.c
    due = or_(exists().where(sending.done_at.is_(None), sending.due_at <= now), exists().where(happening.due_at <= now))
    async with database.connection() as connection:
        return bool(await connection.scalar(select(due)))


async def connection_of(db: Unit) -> asyncpg.Connection:
    """The connection of a unit, for the simulator's own statements: what is rehearsed commits with the mutation."""
    await take_turn(db, "rehearsals at the simulator")
    raw = await (await db.session.connection()).get_raw_connection()
    connection: asyncpg.Connection = raw.driver_connection
    return connection
