"""A database that does not answer well: it is starting, or something else listens at its port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_ASKS_FOR_TLS = (80877103).to_bytes(4, "big")
_STARTING = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


@dataclass(slots=True)
class Poor:
    """Says the same to everybody, and hangs up."""

    says: bytes
    speaks_first: bool = False
    port: int = 0
    came: list[bytes] = field(default_factory=list)
    """What each said who wanted to begin."""

    @property
    def database_url(self) -> str:
        return f"postgres://milepost:none@127.0.0.1:{self.port}/milepost"

    async def until_came(self, times: int) -> None:
        async with asyncio.timeout(20):
            while len(self.came) < times:
                await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = b"" if self.speaks_first else await reader.read(1000)
        if begun[4:8] == _ASKS_FOR_TLS:
            writer.write(b"N")
            begun = await reader.read(1000)
        self.came.append(begun)
        writer.write(self.says)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def answering(says: bytes, *, speaks_first: bool = False) -> AsyncIterator[Poor]:
    one = Poor(says, speaks_first)
    async with await asyncio.start_server(one._serve, "127.0.0.1", 0) as server:
        one.port = server.sockets[0].getsockname()[1]
        yield one


@asynccontextmanager
async def starting_database() -> AsyncIterator[str]:
    """The URL of a PostgreSQL that takes nobody yet."""
    async with answering(b"E" + (len(_STARTING) + 4).to_bytes(4, "big") + _STARTING) as one:
        yield one.database_url
