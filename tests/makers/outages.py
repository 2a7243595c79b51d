"""A database that does not answer well: it is starting, something else listens at its port, or the way there is cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit, urlunsplit

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


@dataclass(slots=True)
class Bridge:
    """A way to a database. While it is cut, whoever comes is hung up on."""

    server: str
    """The file of the database's socket."""
    url: str = ""
    is_cut: bool = False
    turned_away: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self.is_cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self.is_cut, self.turned_away = False, 0

    async def until_turned_away(self) -> None:
        """Somebody has come in vain."""
        async with asyncio.timeout(20):
            while not self.turned_away:
                await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            self.turned_away += 1
            writer.close()
            return
        answers, questions = await asyncio.open_unix_connection(self.server)
        self._ends |= {writer, questions}
        await asyncio.gather(_carry(reader, questions), _carry(answers, writer))
        self._ends -= {writer, questions}


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def bridge_to(database_url: str) -> AsyncIterator[Bridge]:
    parts = urlsplit(database_url)
    where = {name: values[0] for name, values in parse_qs(parts.query).items()}
    bridge = Bridge(f"{where['host']}/.s.PGSQL.{where['port']}")
    async with await asyncio.start_server(bridge._serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        bridge.url = urlunsplit(parts._replace(netloc=f"{parts.netloc}127.0.0.1:{port}", query=""))
        yield bridge
        bridge.cut()
