"""The connection pool, and short read-only sessions that never share a connection with a sibling."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from persistence.mapping import map_domain
from persistence.pins import Pins
from persistence.work import turn_to_read

_SETTINGS = {
    "application_name": "milepost",
    "statement_timeout": "5000",
    # Planned statements write dates as text: as GraphQL has them, whatever the server's own settings are.
    "datestyle": "ISO, YMD",
}
_AWAY = ("08", "57P0", "53300")
"""How the states begin of a connection that was lost, of a database that shuts down, has crashed or is starting, and of
one with no room for another connection."""
_QUERY_CANCELED = "57014"
"""What PostgreSQL calls the end of a statement that took longer than statement_timeout."""


def sqlalchemy_url(url: str) -> str:
    """A libpq-style URL (postgres://, sslmode=) in the form that SQLAlchemy's asyncpg dialect takes."""
    parts = urlsplit(url)
    query = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)]
    return urlunsplit(("postgresql+asyncpg", parts.netloc, parts.path, urlencode(query), ""))


def is_outage(error: Exception) -> bool:
    """Whether the database could not be reached, as against having refused something."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error, InterfaceError)):
        return True
    # Of one that has ended before, the driver has only words.
    has_ended = isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    return has_ended or isinstance(error, OSError) or _state_of(error).startswith(_AWAY)


def is_congestion(error: Exception) -> bool:
    """Whether something waited too long for its turn, at a lock or for a connection, and may succeed when repeated."""
    return isinstance(error, PoolTimeout) or _state_of(error) == _QUERY_CANCELED


def _state_of(error: Exception) -> str:
    """What PostgreSQL calls it, whether the driver says so or SQLAlchemy; nothing where it has said nothing."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) or ""


class Database:
    """One pool per process. Reads take a connection for one statement; writes go through `unit_of_work`."""

    def __init__(self, url: str, *, pool_size: int = 10, direct_url: str | None = None) -> None:
        map_domain()
        self.url = url
        self.direct_url = direct_url or url
        """For LISTEN and session locks, which a pooler such as PgBouncer between us and the database would drop."""
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_use_lifo=True,
            pool_timeout=10,
            hide_parameters=True,
            connect_args={"server_settings": _SETTINGS},
        )
        event.listen(self.engine.sync_engine, "checkout", _replace_ended)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.fair_share = max(1, pool_size // 2)
        """How many connections, of the pool and as many more in bursts, one caller may hold for reading."""
        # All but two of the pool may stay with them: everybody else has those two and the overflow.
        self.pins = Pins(self._reading, most=max(1, pool_size - 2))

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncSession]:
        """A session for one batch of reads, when its caller's turn comes. Its objects stay usable after it is closed.

        Whoever holds one takes no second: their caller's turns might all be taken by others who want the same.
        """
        async with turn_to_read(), AsyncSession(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A plain connection in autocommit mode, for probes and tables without domain objects; a turn as any other."""
        async with turn_to_read(), self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view for several statements, however long they take. Nothing can be written through it."""
        engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with turn_to_read(), engine.connect() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many at rest, in the pool or kept for the next request."""
        pool: Any = self.engine.pool
        kept = len(self.pins.free)
        return pool.checkedout() - kept, pool.checkedin() + kept

    async def fetch(self, statement: str, values: list[Any]) -> Any:
        """The driver's rows of a statement that is text already, with parameters $1, $2, ...: the shortest way."""
        return await self.pins.fetch(statement, values)

    async def close(self) -> None:
        await self.pins.close()
        await self.engine.dispose()


def _replace_ended(connection: Any, *_: object) -> None:
    """A connection that has ended while it was at rest is replaced by a new one, and nobody hears of it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
