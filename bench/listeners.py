"""The client that listens: sockets of graphql-transport-ws, each with one subscription, which count what they are told.

As the one that drives servers it does as little as possible: messages are told apart by how they begin.
"""

import asyncio
import base64
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

from bench.driving import WrongAnswer

_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
OPENED_AT_ONCE = 50
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Subscribing:
    """What one socket says: who it is, and what it follows."""

    token: str
    query: str
    variables: dict[str, Any]


@dataclass(slots=True)
class Listeners:
    """Open sockets, and what they have been told together."""

    port: int
    told: int = 0
    last_at: float = 0.0
    latest: bytes = b""
    fault: str | None = None
    _open: list["_Socket"] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def count(self) -> int:
        return len(self._open)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for one in self._open:
            one.close()
        self._open.clear()

    async def open(self, subscribing: Sequence[Subscribing]) -> None:
        """One socket for each of them, a few at a time; all are subscribing at the end."""
        loop, free = asyncio.get_running_loop(), asyncio.Semaphore(OPENED_AT_ONCE)

        async def one(said: Subscribing) -> None:
            async with free:
                _, socket = await loop.create_connection(lambda: _Socket(self, said), "127.0.0.1", self.port)
                self._open.append(socket)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await socket.subscribing

        await asyncio.gather(*map(one, subscribing))

    async def all_told(self, happens: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> float:
        """Lets something happen, and says how long it took until the last socket was told of it."""
        expected, started = self.told + len(self._open), time.perf_counter()
        await happens()
        async with asyncio.timeout(seconds):
            while self.told < expected:
                self._changed.clear()
                await self._changed.wait()
                if self.fault is not None:
                    raise WrongAnswer(f"A socket on port {self.port} was told: {self.fault}")
        return self.last_at - started

    def hear(self, message: bytes) -> None:
        if b'"type":"next"' not in message[:200] or b'"errors"' in message:
            self.fault = message.decode(errors="replace")
        self.told += 1
        self.latest, self.last_at = message, time.perf_counter()
        self._changed.set()


class _Socket(asyncio.Protocol):
    """One socket: it connects, signs in, subscribes, and hands on every message after that."""

    __slots__ = ("_heard", "_is_upgraded", "_listeners", "_received", "_said", "_transport", "subscribing")

    def __init__(self, listeners: Listeners, said: Subscribing) -> None:
        self.subscribing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners, self._said = listeners, said
        self._transport: asyncio.Transport
        self._received, self._is_upgraded = b"", False
        self._heard: Callable[[bytes], None] = self._acknowledged

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def connection_lost(self, error: Exception | None) -> None:
        if not self.subscribing.done():
            self.subscribing.set_exception(WrongAnswer(f"The server closed a socket: {error}"))

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_upgraded:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                self.subscribing.set_exception(WrongAnswer(head.decode(errors="replace")))
                return
            self._received, self._is_upgraded = rest, True
            self._say({"type": "connection_init", "payload": {"token": self._said.token}})
        while (frame := frame_of(self._received)) is not None:
            kind, message, length = frame
            self._received = self._received[length:]
            self._take(kind, message)

    def _take(self, kind: int, message: bytes) -> None:
        if kind == _TEXT:
            self._heard(message)
        elif kind == _PING:
            self._send(_PONG, message)
        elif kind == _CLOSE:
            self._listeners.fault = f"closed with {int.from_bytes(message[:2])} {message[2:]!r}"
            if not self.subscribing.done():
                self.subscribing.set_exception(WrongAnswer(self._listeners.fault))

    def _acknowledged(self, message: bytes) -> None:
        if b"connection_ack" not in message:
            self.subscribing.set_exception(WrongAnswer(message.decode(errors="replace")))
            return
        self._heard = self._listeners.hear
        payload = {"query": self._said.query, "variables": self._said.variables}
        self._say({"type": "subscribe", "id": "1", "payload": payload})
        self.subscribing.set_result(None)

    def _say(self, message: dict[str, Any]) -> None:
        self._send(_TEXT, json.dumps(message, separators=(",", ":")).encode())

    def _send(self, kind: int, message: bytes) -> None:
        """A client has to mask what it sends; zeros leave it as it is."""
        size = len(message)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
        self._transport.write(bytes((kind,)) + length + b"\0\0\0\0" + message)


def frame_of(received: bytes) -> tuple[int, bytes, int] | None:
    """The first frame: its kind, what is in it, and how long it is as a whole; None while some of it is missing."""
    if len(received) < 2:
        return None
    start, size = 2, received[1]
    if size == 126:
        start, size = 4, int.from_bytes(received[2:4])
    elif size == 127:
        start, size = 10, int.from_bytes(received[2:10])
    end = start + size
    return None if len(received) < end else (received[0], received[start:end], end)
