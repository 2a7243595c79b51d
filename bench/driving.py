"""The client that drives the servers: keep-alive connections, each sending its next request when it has its answer.

It does as little as possible, because it shares the machine with what it measures: requests are made before, and an
answer is looked at only for its status and its length.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

_HEADERS_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class WrongAnswer(RuntimeError):
    """A server answered with an error, or otherwise than when it was checked."""


@dataclass(slots=True)
class Driven:
    """What came of driving one server for a while: when it took how long for how many requests."""

    seconds: float
    latencies: list[float]


async def ask(port: int, requests: Sequence[bytes]) -> list[bytes]:
    """The bodies of the answers, one request after another on one connection."""
    run = _Run(iter(range(len(requests))), requests, [None] * len(requests), keep=True)
    await _drive(port, run, connections=1)
    return run.bodies


def _as_it_is(request: bytes) -> bytes:
    return request


async def drive(
    port: int,
    requests: Sequence[bytes],
    lengths: Sequence[int],
    *,
    connections: int,
    seconds: float,
    fresh: Callable[[bytes], bytes] = _as_it_is,
) -> Driven:
    """Sends the requests in turns for so long, each as `fresh` makes it anew; answers must be as long as when they were
    checked."""
    ends_at = time.perf_counter() + seconds
    run = _Run(itertools.cycle(range(len(requests))), requests, lengths, ends_at=ends_at, fresh=fresh)
    started = time.perf_counter()
    await _drive(port, run, connections=connections)
    return Driven(time.perf_counter() - started, run.latencies)


@dataclass(slots=True)
class _Run:
    """What the connections of a run share: whose turn it is, and what came."""

    turns: Iterator[int]
    requests: Sequence[bytes]
    lengths: Sequence[int | None]
    ends_at: float = float("inf")
    fresh: Callable[[bytes], bytes] = _as_it_is
    keep: bool = False
    bodies: list[bytes] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


async def _drive(port: int, run: _Run, *, connections: int) -> None:
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port) for _ in range(connections)]
    try:
        for _, connection in opened:
            connection.send()
        await asyncio.gather(*(connection.done for _, connection in opened))
    finally:
        for transport, _ in opened:
            transport.close()


class _Connection(asyncio.Protocol):
    """One connection: `done` when the turns or the time are over."""

    def __init__(self, run: _Run) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._run = run
        self._transport: asyncio.Transport
        self._received = b""
        self._missing = 0
        self._turn = 0
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(WrongAnswer(f"The server closed the connection: {error}"))

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        turn = next(self._run.turns, None)
        if turn is None or self._sent_at > self._run.ends_at:
            self.done.set_result(None)
            return
        self._turn = turn
        self._transport.write(self._run.fresh(self._run.requests[turn]))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) < self._missing:
            return
        try:
            body = self._body()
        except WrongAnswer as wrong:
            self.done.set_exception(wrong)
            return
        if body is not None:
            self._finish(body)

    def _body(self) -> bytes | None:
        """The answer's body, or None as long as some of it is missing."""
        received = self._received
        end = received.find(_HEADERS_END)
        if end < 0:
            return None
        head = received[: end + 2].lower()
        if not head.startswith(b"http/1.1 200"):
            raise WrongAnswer(received.decode(errors="replace"))
        at = head.find(_LENGTH)
        if at < 0:
            return _unchunked(received[end + 4 :])
        self._missing = end + 4 + int(head[at + len(_LENGTH) : head.index(b"\r", at + 2)])
        return received[end + 4 :] if len(received) >= self._missing else None

    def _finish(self, body: bytes) -> None:
        run = self._run
        run.latencies.append(time.perf_counter() - self._sent_at)
        if run.keep:
            run.bodies.append(body)
        elif len(body) != run.lengths[self._turn]:
            self.done.set_exception(WrongAnswer(f"Not the answer it gave before: {body.decode(errors='replace')}"))
            return
        self._received, self._missing = b"", 0
        self.send()


def _unchunked(received: bytes) -> bytes | None:
    """The body that came in chunks, or None as long as the last one is missing."""
    if not received.endswith(b"0\r\n\r\n"):
        return None
    body, at = b"", 0
    while True:
        end = received.index(b"\r\n", at)
        size = int(received[at:end], 16)
        if size == 0:
            return body
        body += received[end + 2 : end + 2 + size]
        at = end + 4 + size
