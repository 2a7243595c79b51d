"""Giving committed events their positions: the one order of all events, without gaps, that readers resume by."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.events import OutboxEvent
from domain.ids import new_id
from domain.jobs import JobStatus
from persistence import webhook_deliveries
from persistence.database import Database
from persistence.outbox import BATCH, event_of
from persistence.tables.platform import outbox, outbox_head, outbox_reactions
from persistence.unit import Unit
from persistence.wakeups import CHANNEL

_LEADER = 7022
"""The advisory lock of the one active relay. It belongs to a session, which only a direct connection keeps."""
_PATIENCE_SECONDS = 5
_LEADERS_SESSION = {
    # Whoever looks at the locks sees which process leads.
    "application_name": f"milepost relay {os.getpid()}",
    "lock_timeout": "1s",
    # The leader asks many times a second: of one that is silent for so long, the process hangs or its machine is gone,
    # and the database frees its lock for the next one.
    "idle_session_timeout": "10s",
}


@asynccontextmanager
async def leadership(database: Database) -> AsyncIterator[asyncpg.Connection | None]:
    """The connection that holds the relay's lock, or None after a second in which another process does.

    Whoever waits has the lock at the moment in which that one ends.
    """
    connection = await asyncpg.connect(
        database.direct_url, command_timeout=_PATIENCE_SECONDS, server_settings=_LEADERS_SESSION
    )
    try:
        yield connection if await _is_mine(connection) else None
    finally:
        # Its failure must not take the place of a cancellation, which would be lost.
        with suppress(Exception):
            await connection.close(timeout=1)


async def _is_mine(connection: asyncpg.Connection) -> bool:
    """Whether the lock could be had within a moment: to wait longer would keep dead rows from being cleared away."""
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LEADER)
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def is_waiting(connection: asyncpg.Connection) -> bool:
    """Whether there are committed events without a position."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL)"))


async def place(
    db: Unit, reactions_of: Callable[[str], Iterable[str]], *, limit: int = BATCH, notifies: bool = True
) -> list[OutboxEvent]:
    """Gives the next events their positions, notes the reactions and deliveries they call for, and wakes subscribers
    where nothing else does.

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
        {
            "id": new_id(),
            "position": event.position,
            "reaction": name,
            "attempts": 0,
            "next_at": db.at,
            "status": JobStatus.QUEUED,
            "version": 1,
            "created_at": db.at,
            "updated_at": db.at,
        }
        for event in events
        for name in reactions_of(event.type)
    ]
    if wanted:
        await db.session.execute(insert(outbox_reactions), wanted)
    await webhook_deliveries.make(db, events)
    head = events[-1].position
    await db.session.execute(update(outbox_head).values(position=head))
    if notifies:
        await db.session.execute(select(func.pg_notify(CHANNEL, str(head))))
    return events


async def _lock_head(db: Unit) -> int:
    """The last position, locked: should two relays run at once, the second waits here and sees what the first did."""
    create_or_lock = insert(outbox_head).values(id=1, position=0)
    statement = create_or_lock.on_conflict_do_update(
        index_elements=["id"], set_={"position": outbox_head.c.position}
    ).returning(outbox_head.c.position)
    return int((await db.session.execute(statement)).scalar_one())
