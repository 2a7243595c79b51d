"""How far ahead of real time the platform clock is, shared by all processes of a sandbox."""

from datetime import datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from persistence.database import Database
from persistence.tables.columns import Instant
from persistence.tables.platform import clock
from persistence.unit import Unit


async def read_ahead(database: Database) -> timedelta:
    async with database.connection() as connection:
        return await connection.scalar(select(clock.c.ahead)) or timedelta()


async def move_to(db: Unit, to: datetime) -> bool:
    """Moves the clock to that instant; False when it is there or further already, because another process moved it."""
    ahead = literal(to, Instant) - func.clock_timestamp()
    moving = insert(clock).values(id=1, ahead=ahead)
    forward = moving.on_conflict_do_update(
        index_elements=["id"], set_={"ahead": moving.excluded.ahead}, where=clock.c.ahead < moving.excluded.ahead
    )
    return (await db.session.execute(forward.returning(clock.c.id))).first() is not None
