"""The relay: gives committed events their positions, wakes whoever listens, and sees that every reaction is done."""

import asyncio
import logging
from collections import defaultdict
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.bus import Bus, Placed
from domain.events import OutboxEvent
from domain.jobs import MAX_ATTEMPTS, Away
from jobs.reactions import REACTIONS, Reactions, named, names_of
from persistence import positions, reactions
from persistence.database import Database
from persistence.reactions import DueReaction
from persistence.unit import Unit, transact

CONCURRENT_SUBJECTS = 8
REACTION_SECONDS = 60

log = logging.getLogger(__name__)


async def place(database: Database, now: datetime, table: Reactions = REACTIONS, bus: Bus | None = None) -> int:
    """Gives one batch of events their positions and tells of them; how many they were.

    Without a bus the database tells, with the commit. With one, what is lost between the commit and the telling is
    found by those who look for themselves.
    """

    async def work(db: Unit) -> list[OutboxEvent]:
        return await positions.place(db, lambda event_type: names_of(table, event_type), notifies=bus is None)

    events = await transact(database, work, by=SYSTEM, at=now)
    if bus is not None and events:
        topics = frozenset(topic for event in events for topic in event.topics)
        await bus.publish(Placed(events[0].position, events[-1].position, events[-1].id, topics))
    return len(events)


async def react(database: Database, now: datetime, table: Reactions = REACTIONS) -> int:
    """Runs one batch of due reactions; how many they were. Those of one object run in order, others side by side."""
    due = await reactions.due(database, now)
    queues: dict[UUID, list[DueReaction]] = defaultdict(list)
    for one in due:
        queues[one.event.subject_id].append(one)
    free = asyncio.Semaphore(CONCURRENT_SUBJECTS)

    async def follow(queue: list[DueReaction]) -> None:
        async with free:
            for one in queue:
                try:
                    await _follow(database, one, now, table)
                except Exception:
                    # It stays open and is tried again; the others must not end with it.
                    log.exception("what became of reaction %s at %d is lost", one.reaction, one.event.position)

    async with asyncio.TaskGroup() as group:
        for queue in queues.values():
            group.create_task(follow(queue))
    return len(due)


async def _follow(database: Database, one: DueReaction, now: datetime, table: Reactions) -> None:
    """One attempt. Whatever goes wrong is written down and tried again later; it stops nothing else."""
    reaction = named(table, one.event.type, one.reaction)
    if reaction is None or one.is_exhausted:
        reason = "there is no such reaction any more" if reaction is None else "the last attempt never ended"
        await _bury(database, one, one.attempts, reason, now)
        return
    if not await reactions.begin(database, one, now):
        return
    try:
        async with asyncio.timeout(REACTION_SECONDS):
            await reaction(database, one.event, now)
    except Exception as error:
        await _failed(database, one, error, now)
    else:
        await reactions.finish(database, one, now)


async def _failed(database: Database, one: DueReaction, error: Exception, now: datetime) -> None:
    attempt, reason = one.attempts + 1, f"{type(error).__name__}: {error}"
    what = (one.reaction, one.event.type, one.event.position)
    if isinstance(error, Away):
        log.warning("reaction %s to %s at %d waits: %s", *what, error)
        await reactions.wait(database, one, reason, now)
    elif attempt >= MAX_ATTEMPTS:
        await _bury(database, one, attempt, reason, now)
    else:
        log.warning("reaction %s to %s at %d failed at attempt %d", *what, attempt, exc_info=error)
        await reactions.fail(database, one, reason, now)


async def _bury(database: Database, one: DueReaction, attempts: int, reason: str, now: datetime) -> None:
    log.error("reaction %s to %s at %d is dead: %s", one.reaction, one.event.type, one.event.position, reason)
    await reactions.bury(database, one, attempts, reason, now)
