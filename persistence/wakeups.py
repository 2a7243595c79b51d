"""Waking live subscribers: one LISTEN connection per process tells all of them that the outbox has grown."""

import asyncio
import logging
from contextlib import suppress

import asyncpg

from persistence.database import Database

CHANNEL = "milepost_outbox"
POLL_SECONDS = 2.0
"""How long a subscriber waits at most before it looks by itself, should a notification be lost."""

log = logging.getLogger(__name__)


class Wakeups:
    """Subscribers `wait()` until the relay has given new events their place; the database is the truth, not this."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._grown = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    def wake(self) -> None:
        """Wakes everybody who waits now; whoever waits later waits for the next growth."""
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def wait(self) -> None:
        """Returns when the outbox may have grown, or after a while in any case."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._grown.wait()

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._database.url)
                try:
                    await connection.add_listener(CHANNEL, lambda *_: self.wake())
                    self.wake()
                    while not connection.is_closed():
                        await asyncio.sleep(1)
                finally:
                    await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("listening failed, polling meanwhile: %s", error)
            await asyncio.sleep(1)
