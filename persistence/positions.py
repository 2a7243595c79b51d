"""Giving committed events their positions: the one order of all events, without gaps, that readers resume by."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.events import OutboxEvent
from persistence.database import Database
from persistence.outbox import BATCH, event_of
from persistence.tables.platform import outbox, outbox_head, outbox_reactions
from persistence.unit import Unit
from persistence.wakeups import CHANNEL

_LEADER = 7022
"""The advisory lock of the one active relay. It belongs to a session, which only a direct connection keeps."""
_PATIENCE_SECONDS = 5


@asynccontextmanager
async def leadership(database: Database) -> AsyncIterator[asyncpg.Connection | None]:
    """The connection that holds the relay's lock, or None while another process does. Its end frees the lock."""
    connection = await asyncpg.connect(database.direct_url, command_timeout=_PATIENCE_SECONDS)
    try:
        is_leader = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER)
        yield connection if is_leader else None
    finally:
        await connection.close(timeout=1)


async def is_waiting(connection: asyncpg.Connection) -> bool:
    """Whether there are committed events without a position."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL)"))


async def place(db: Unit, reactions_of: Callable[[str], Iterable[str]], *, limit: int = BATCH) -> list[OutboxEvent]:
    """Gives the next events their positions, notes the reactions they call for, and wakes the subscribers.

    The numbers of `written` are in the order of writing, but their transactions commit in another: only what is
    visible here can be placed, behind everything placed before. For one object both orders are the same, because
    whoever writes its next version does so after the commit of the last.
    """
    last = await _lock_head(db)
    next_ones = select(outbox.c.id, outbox.c.written).where(outbox.c.position.is_(None))
    taken = next_ones.order_by(outbox.c.written).limit(limit).subquery()
    batch = select(taken.c.id, func.row_number().over(order_by=taken.c.written).label("place")).subquery()
    placing = update(outbox).where(outbox.c.id == batch.c.id).values(position=last + batch.c.place).returning(outbox)
    events = sorted((event_of(row) for row in await db.session.execute(placing)), key=lambda event: event.position)
    if not events:
        return []
    wanted = [
        {"position": event.position, "reaction": name, "attempts": 0, "next_at": db.at}
        for event in events
        for name in reactions_of(event.type)
    ]
    if wanted:
        await db.session.execute(insert(outbox_reactions), wanted)
    head = events[-1].position
    await db.session.execute(update(outbox_head).values(position=head))
    await db.session.execute(select(func.pg_notify(CHANNEL, str(head))))
    return events


async def _lock_head(db: Unit) -> int:
    """The last position, locked: should two relays run at once, the second waits here and sees what the first did."""
    create_or_lock = insert(outbox_head).values(id=1, position=0)
    statement = create_or_lock.on_conflict_do_update(
        index_elements=["id"], set_={"position": outbox_head.c.position}
    ).returning(outbox_head.c.position)
    return int((await db.session.execute(statement)).scalar_one())
