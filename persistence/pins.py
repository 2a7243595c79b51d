"""Connections that stay checked out between requests, for statements that are text already."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from persistence.work import CURRENT

MOST_PREPARED = 500
"""On each connection."""


@dataclass(eq=False, slots=True)
class Pin:
    """A connection of the pool with the statements that were prepared on it."""

    connection: AsyncConnection
    driver: Any
    prepared: dict[str, Any] = field(default_factory=dict)

    async def prepare(self, text: str) -> Any:
        if len(self.prepared) >= MOST_PREPARED:
            self.prepared.clear()
        statement = self.prepared[text] = await self.driver.prepare(text)
        return statement


class Pins:
    """Connections that stay between requests, at most so many, last in first out, so that few are busy.

    A burst takes more of the pool for as long as it lasts, whose statements are prepared anew.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine, self._most = engine, most
        self.free: list[Pin] = []

    async def fetch(self, text: str, values: list[Any]) -> Any:
        """The rows of one statement, when its caller's turn comes. The connection is kept no longer: others of the same
        request need some, too."""
        work = CURRENT.get()
        turns = None if work is None or work.share is None else work.share.reading
        # As turn_to_read, without a coroutine where nobody has to wait.
        if turns is not None and not turns.take():
            await turns.wait()
        try:
            pin = await self._open() if not self.free or self.free[-1].driver.is_closed() else self.free.pop()
            try:
                statement = pin.prepared.get(text) or await pin.prepare(text)
                # What statement.fetch does in the end, without looking a second and third time whether all is open.
                records = await pin.driver._protocol.bind_execute(statement._state, values, "", 0, False, None)
            except BaseException:
                # Given up amid a statement, or its tables have changed: nobody else should meet what is left.
                await self._discard(pin)
                raise
            if len(self.free) < self._most:
                self.free.append(pin)
            else:
                await pin.connection.close()
        finally:
            if turns is not None:
                turns.give_back()
        if work is not None:
            work.statements += 1
            work.rows += len(records)
        return records

    async def close(self) -> None:
        while self.free:
            await self.free.pop().connection.close()

    async def _open(self) -> Pin:
        """One that works, instead of the next one where that is closed."""
        if self.free:
            await self._discard(self.free.pop())
        connection = await self._engine.connect()
        return Pin(connection, (await connection.get_raw_connection()).driver_connection)

    async def _discard(self, pin: Pin) -> None:
        await pin.connection.invalidate()
        await pin.connection.close()
