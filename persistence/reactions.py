"""What is still to be done about events: one row per event and reaction, kept until it is done or given up."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select, update

from domain.events import OutboxEvent
from domain.jobs import COUNTED_WHILE_AWAY, MAX_ATTEMPTS, JobStatus
from persistence.database import Database
from persistence.outbox import BATCH, event_of
from persistence.tables.platform import outbox, outbox_reactions

_FIRST_WAIT, _LONGEST_WAIT, _JITTER = timedelta(seconds=10), timedelta(hours=1), 0.2
_MAX_ERROR = 2000

_OPEN = and_(outbox_reactions.c.done_at.is_(None), outbox_reactions.c.dead_at.is_(None))


@dataclass(frozen=True, slots=True)
class DueReaction:
    """A reaction whose time has come. `attempts` counts those that were begun before."""

    reaction: str
    attempts: int
    event: OutboxEvent

    @property
    def is_exhausted(self) -> bool:
        return self.attempts >= MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class OpenReaction:
    """A reaction that failed, and will be tried again or is dead."""

    position: int
    reaction: str
    attempts: int
    next_at: datetime
    error: str | None
    is_dead: bool


async def due(database: Database, now: datetime, *, limit: int = BATCH) -> Sequence[DueReaction]:
    """The reactions to run now, in the order of their events."""
    statement = (
        select(outbox_reactions.c.reaction, outbox_reactions.c.attempts, outbox)
        .join(outbox, outbox.c.position == outbox_reactions.c.position)
        .where(_OPEN, outbox_reactions.c.next_at <= now)
        .order_by(outbox_reactions.c.position, outbox_reactions.c.reaction)
        .limit(limit)
    )
    async with database.reader() as session:
        rows = (await session.execute(statement)).all()
    return [DueReaction(row.reaction, row.attempts, event_of(row)) for row in rows]


async def begin(database: Database, one: DueReaction, now: datetime) -> bool:
    """Counts the attempt before it is made, so that one that kills the process counts too; False if it was taken."""
    wait = min(_FIRST_WAIT * 2**one.attempts, _LONGEST_WAIT) * random.uniform(1 - _JITTER, 1 + _JITTER)
    begun = {"attempts": one.attempts + 1, "next_at": now + wait}
    return await _set(database, one, one.attempts, JobStatus.RUNNING, now, begun)


async def finish(database: Database, one: DueReaction, now: datetime) -> None:
    await _set(database, one, one.attempts + 1, JobStatus.SUCCEEDED, now, {"done_at": now, "error": None})


async def fail(database: Database, one: DueReaction, error: str, now: datetime) -> None:
    """It stays open and is due again when `begin` said."""
    await _set(database, one, one.attempts + 1, JobStatus.RETRYING, now, {"error": error[:_MAX_ERROR]})


async def wait(database: Database, one: DueReaction, error: str, now: datetime) -> None:
    """The same where what it needs is away, for which attempts are never used up."""
    waiting = {"attempts": min(one.attempts + 1, COUNTED_WHILE_AWAY), "error": error[:_MAX_ERROR]}
    await _set(database, one, one.attempts + 1, JobStatus.RETRYING, now, waiting)


async def bury(database: Database, one: DueReaction, attempts: int, error: str, now: datetime) -> None:
    """Gives up: it is not tried again by itself, and stays for people to see."""
    await _set(database, one, attempts, JobStatus.DEAD, now, {"dead_at": now, "error": error[:_MAX_ERROR]})


async def failing(database: Database) -> Sequence[OpenReaction]:
    """Everything that has failed and is not done, the dead ones included, oldest event first."""
    statement = (
        select(outbox_reactions)
        .where(outbox_reactions.c.done_at.is_(None), outbox_reactions.c.error.is_not(None))
        .order_by(outbox_reactions.c.position, outbox_reactions.c.reaction)
    )
    async with database.connection() as connection:
        rows = (await connection.execute(statement)).all()
    return [
        OpenReaction(row.position, row.reaction, row.attempts, row.next_at, row.error, row.dead_at is not None)
        for row in rows
    ]


async def _set(
    database: Database, one: DueReaction, attempts: int, status: JobStatus, now: datetime, values: dict[str, object]
) -> bool:
    """Writes only while the row is as this worker knows it: another one may have taken it over meanwhile."""
    table = outbox_reactions
    same = and_(table.c.position == one.event.position, table.c.reaction == one.reaction, table.c.attempts == attempts)
    kept = {"status": status, "version": table.c.version + 1, "updated_at": now}
    async with database.connection() as connection:
        result = await connection.execute(update(table).where(same, _OPEN).values(values | kept))
    return result.rowcount == 1
