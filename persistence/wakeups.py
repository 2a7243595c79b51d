"""Waking whoever waits for what is stored: subscribers for new events, a process's memory for what it is a copy of."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from uuid import UUID

import asyncpg
from sqlalchemy import func, select

from domain.bus import Bus, Placed
from persistence.database import Database
from persistence.outbox import last_position
from persistence.tables.platform import outbox

CHANNEL = "milepost_outbox"
POLL_SECONDS = 1.5
"""How long the follower waits at most before it looks by itself, should a notification be lost, or the bus be away."""
BEAT_SECONDS = 0.4
"""How often the listening connection proves that it is alive."""

log = logging.getLogger(__name__)


class Wakeups:
    """Bells of the subscribers of one process. They only say when to look: the outbox is the truth, not this."""

    def __init__(self, database: Database, bus: Bus | None = None) -> None:
        self._database, self.bus = database, bus
        self._seen: int | None = None
        """Up to which position bells have been rung; None when that is not known."""
        self.rings = 0
        """How often some have been rung: whoever reads after one of these finds all that it was rung for."""
        self._bells: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._grown = asyncio.Event()
        self._heard: dict[str, Callable[[], None]] = {CHANNEL: self._grown.set}
        self._copies: list[_Copy] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.heard_until = float("-inf")
        """Up to which moment of the monotonic clock every notification has been heard."""

    def on(self, channel: str, heard: Callable[[], None]) -> None:
        """Calls back for every notification of a channel, and whenever some may have been missed."""
        self._heard[channel] = heard

    def keep(self, channel: str, reload: Callable[[], Awaitable[None]]) -> None:
        """Calls back at the start, which waits for it, and after every notification of a channel."""
        copy = _Copy(channel, reload)
        self._copies.append(copy)
        self.on(channel, copy.is_outdated.set)

    async def start(self) -> None:
        await asyncio.gather(*(copy.read() for copy in self._copies))
        copies = [asyncio.create_task(copy.follow()) for copy in self._copies]
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow()), *copies]
        if self.bus is not None:
            self._tasks.append(asyncio.create_task(self.bus.follow(self.hear, self._grown.set)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def bell(self, *topics: UUID) -> Iterator[asyncio.Event]:
        """Set whenever events of these topics have got their positions. Clear it, read, and only then wait for it."""
        bell = asyncio.Event()
        for topic in topics:
            self._bells[topic].add(bell)
        try:
            yield bell
        finally:
            for topic in topics:
                self._bells[topic].discard(bell)
                if not self._bells[topic]:
                    del self._bells[topic]

    def hear(self, placed: Placed) -> None:
        """Rings for what the bus tells, without a look at the database unless something is missing before it."""
        if self._seen is None or placed.first > self._seen + 1:
            self._grown.set()
        elif placed.last > self._seen:
            self._seen = placed.last
            self._ring(placed.topics)

    async def _follow(self) -> None:
        """Reads the topics of what is new, once for all subscribers; after a failure it rings for everybody."""
        while True:
            self._grown.clear()
            try:
                await self._look()
            except Exception as error:
                log.warning("following the outbox failed: %s", error)
                self._seen = None
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._grown.wait()

    async def _look(self) -> None:
        seen = self._seen
        async with self._database.reader() as session:
            head = await last_position(session)
            if seen is None or head < seen:
                self._seen, topics = head, frozenset(self._bells)
            elif head == seen:
                return
            else:
                new = outbox.c.position.between(seen + 1, head)
                topics = frozenset(await session.scalars(select(func.unnest(outbox.c.topics)).where(new).distinct()))
                # The bus may have told of more meanwhile.
                self._seen = max(head, self._seen or 0)
        self._ring(topics)

    def _ring(self, topics: frozenset[UUID]) -> None:
        self.rings += 1
        for topic in topics & self._bells.keys():
            for bell in self._bells[topic]:
                bell.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except Exception as error:
                # Whatever it is: whoever no longer listens would keep outdated copies for good.
                log.warning("listening failed, polling meanwhile: %r", error)
            await asyncio.sleep(1)

    async def _hear(self) -> None:
        """Listens until the connection ends."""
        ended = asyncio.Event()
        connection = await asyncpg.connect(self._database.direct_url)
        try:
            connection.add_termination_listener(lambda *_: ended.set())
            for channel, heard in self._heard.items():
                await connection.add_listener(channel, partial(_call, heard))
                heard()
            while not ended.is_set():
                # What was told before this question comes before its answer.
                asked = time.monotonic()
                await connection.execute("SELECT 1", timeout=POLL_SECONDS)
                self.heard_until = asked
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS):
                        await ended.wait()
        finally:
            # Its failure must not take the place of a cancellation, which would be lost.
            with suppress(Exception):
                await connection.close(timeout=1)


class _Copy:
    """Something of a process's memory that is read again whenever it may be outdated."""

    def __init__(self, channel: str, reload: Callable[[], Awaitable[None]]) -> None:
        self._channel, self._reload = channel, reload
        self.is_outdated = asyncio.Event()

    async def follow(self) -> None:
        while True:
            await self.is_outdated.wait()
            if not await self.read():
                await asyncio.sleep(POLL_SECONDS)

    async def read(self) -> bool:
        """False, and outdated as before, when it could not be read."""
        self.is_outdated.clear()
        try:
            await self._reload()
        except Exception as error:
            log.warning("cannot read what %s tells of: %s", self._channel, error)
            self.is_outdated.set()
            return False
        return True


def _call(heard: Callable[[], None], *told: object) -> None:
    heard()
