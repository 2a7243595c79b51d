"""The platform clock: real time, plus however far a sandbox has moved it forward."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from persistence.clock import read_ahead
from persistence.database import Database

FOLLOW_SECONDS = 1.0

log = logging.getLogger(__name__)


class Clock:
    """Moves forward only. All business time comes from `now`; token and session lifetimes use real time."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        if by < timedelta():
            raise ValueError("the clock never goes back")
        self.ahead += by

    async def reload(self, database: Database) -> None:
        """Takes over how far the sandbox has been moved, by whichever process."""
        self.ahead = max(self.ahead, await read_ahead(database))

    @asynccontextmanager
    async def following(self, database: Database) -> AsyncIterator[None]:
        """Agrees with the other processes from the start, and within a second whenever one of them moves it."""
        await self.reload(database)
        task = asyncio.create_task(self._follow(database))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self, database: Database) -> None:
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                await self.reload(database)
            except Exception as error:
                log.warning("cannot read the clock: %s", error)
