"""Connections that stay checked out between requests, for statements that are text already."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
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

    async def fetch(self, text: str, values: list[Any]) -> Any:
        statement = self.prepared.get(text)
        if statement is None:
            if len(self.prepared) >= MOST_PREPARED:
                self.prepared.clear()
            statement = self.prepared[text] = await self.driver.prepare(text)
        try:
            records = await statement.fetch(*values)
        except asyncpg.InvalidCachedStatementError:
            # The tables have changed under it: whoever asks next prepares it anew.
            self.prepared.clear()
            raise
        if (work := CURRENT.get()) is not None:
            work.statements += 1
            work.rows += len(records)
        return records


class Pins:
    """Connections that stay between requests, at most so many, last in first out, so that few are busy.

    A burst takes more of the pool for as long as it lasts, whose statements are prepared anew.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine, self._most = engine, most
        self._free: list[Pin] = []

    async def fetch(self, text: str, values: list[Any]) -> Any:
        """The rows of one statement. The connection is kept no longer: others of the same request need some, too."""
        pin = await self.take()
        try:
            rows = await pin.fetch(text, values)
        except BaseException:
            # Given up in the middle of a statement: nobody else should meet what is left of it.
            await self.discard(pin)
            raise
        await self.give_back(pin)
        return rows

    async def take(self) -> Pin:
        while self._free:
            pin = self._free.pop()
            if not pin.driver.is_closed():
                return pin
            await self.discard(pin)
        connection = await self._engine.connect()
        return Pin(connection, (await connection.get_raw_connection()).driver_connection)

    async def give_back(self, pin: Pin) -> None:
        if pin.driver.is_closed():
            await self.discard(pin)
        elif len(self._free) < self._most:
            self._free.append(pin)
        else:
            await pin.connection.close()

    async def discard(self, pin: Pin) -> None:
        await pin.connection.invalidate()
        await pin.connection.close()

    async def close(self) -> None:
        while self._free:
            await self._free.pop().connection.close()
