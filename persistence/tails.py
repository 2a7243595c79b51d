"""The ends of the feeds that are followed in this process, each read once for all who may read the same."""

import asyncio
from weakref import WeakValueDictionary

from domain.actors import Actor
from domain.events import OutboxEvent
from persistence import outbox
from persistence.database import Database
from persistence.outbox import BATCH, Batch, Wanted
from persistence.wakeups import Wakeups
from planner.sharing import shared_task

QUIET_SECONDS = 1.0
"""After so long without a reading nobody is expected to be a little behind the first who read."""


class Tail:
    """What has come into a feed lately. It is read on by the first who asks after a ring; the others join them."""

    def __init__(self, database: Database, wakeups: Wakeups, reader: Actor, wanted: Wanted, position: int) -> None:
        self._database, self._wakeups, self._reader, self._wanted = database, wakeups, reader, wanted
        self._start = self._end = position
        """All events behind the one and up to the other are kept."""
        self._events: list[OutboxEvent] = []
        self._has_more = False
        """Whether more may follow already, because the last reading was full."""
        self._rings = -1
        """How often bells had been rung when the last reading began."""
        self._read_at = float("-inf")
        self._reading: asyncio.Future[None] | None = None

    async def after(self, position: int) -> Batch:
        """What follows a position, as of now at least: fewer than a full batch are all that there are."""
        rings = self._wakeups.rings
        while self._reaches(position):
            events = [one for one in self._events if one.position > position][:BATCH]
            if len(events) == BATCH:
                return Batch(events, events[-1].position)
            if self._rings >= rings and not self._has_more:
                return Batch(events, max(position, self._end))
            await self._read_on()
        return await self._read(position)

    async def waiting(self, position: int, most: int) -> int:
        """How many events follow a position, at most `most`."""
        async with self._database.reader() as session:
            return await outbox.waiting(session, position, self._reader, self._wanted, most=most)

    def _reaches(self, position: int) -> bool:
        """False for who is far behind, and for who is in front while somebody else catches up here."""
        return self._start <= position and (position <= self._end or not self._has_more)

    async def _read_on(self) -> None:
        """One reading for all who want it. Whoever began it may go; it ends for the others."""
        if self._reading is None:
            self._reading = shared_task(self._extend())
        await asyncio.shield(self._reading)

    async def _extend(self) -> None:
        try:
            # Taken before: what comes meanwhile rings again, and is read again.
            rings, now = self._wakeups.rings, asyncio.get_running_loop().time()
            batch = await self._read(self._end)
            was_quiet = now - self._read_at > QUIET_SECONDS
            self._forget(len(self._events) - (0 if was_quiet else BATCH))
            self._events += batch.events
            self._end, self._has_more = batch.position, len(batch.events) == BATCH
            self._rings, self._read_at = rings, now
        finally:
            self._reading = None

    def _forget(self, count: int) -> None:
        """Drops the oldest events: whoever has not had them yet reads by themselves."""
        if count > 0:
            self._start = self._events[count - 1].position
            del self._events[:count]

    async def _read(self, position: int) -> Batch:
        async with self._database.reader() as session:
            return await outbox.after(session, position, self._reader, self._wanted)


class Tails:
    """The tails of a process. Each lives for as long as somebody who follows its feed holds it."""

    def __init__(self, database: Database, wakeups: Wakeups) -> None:
        self._database, self._wakeups = database, wakeups
        self._tails: WeakValueDictionary[tuple[Actor, Wanted], Tail] = WeakValueDictionary()

    def of(self, viewer: Actor, wanted: Wanted, position: int) -> Tail:
        """The tail of a feed for those with the viewer's rights; a new one begins at the position."""
        key = outbox.reader_of(viewer, wanted), wanted
        tail = self._tails.get(key)
        if tail is None:
            tail = self._tails[key] = Tail(self._database, self._wakeups, *key, position)
        return tail
