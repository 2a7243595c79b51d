"""A receiver of webhooks that answers as receivers do: mostly well, sometimes with 500, and sometimes not at all."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_FAILS, _HANGS = 0.04, 0.01
_SILENT_SECONDS = 15
"""Longer than any sender waits."""


@dataclass(slots=True)
class Message:
    """One event, as often as it came: in which order it was heard first and, among all, first answered well."""

    event: str
    type: str
    subject: str
    version: int
    first_heard: int
    times: int = 0
    first_taken: int | None = None


@dataclass(slots=True)
class Receiver:
    """What was told, by the id of its message."""

    lot: random.Random
    port: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    """Messages of one id that said different things."""
    failed: int = 0
    hung: int = 0
    is_well: asyncio.Event = field(default_factory=asyncio.Event)
    """From when on it answers everything, and at once."""
    _moments: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def requests(self) -> int:
        return sum(one.times for one in self.messages.values())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers["content-length"]))
            await self._answer(self._heard(headers["webhook-id"], body), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _heard(self, id_: str, body: bytes) -> Message:
        told = json.loads(body)
        subject = told["subject"]
        came = Message(told["id"], told["type"], subject["id"], subject["version"], self._moment())
        known = self.messages.setdefault(id_, came)
        if told["id"] != id_ or (known.type, known.subject, known.version) != (came.type, came.subject, came.version):
            self.contradictions.append(f"{id_}: {body.decode()}")
        known.times += 1
        return known

    async def _answer(self, message: Message, writer: asyncio.StreamWriter) -> None:
        chance = 1.0 if self.is_well.is_set() else self.lot.random()
        if chance < _HANGS:
            self.hung += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(_SILENT_SECONDS):
                    await self.is_well.wait()
            return
        fails = chance < _HANGS + _FAILS
        self.failed += fails
        if not fails:
            message.first_taken = message.first_taken or self._moment()
        status = "500 Not now" if fails else "200 Thanks"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()

    def _moment(self) -> int:
        self._moments += 1
        return self._moments


@asynccontextmanager
async def receiving(lot: random.Random) -> AsyncIterator[Receiver]:
    receiver = Receiver(lot)
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.is_well.set()
        server.close()
