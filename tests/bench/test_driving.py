"""The client of the comparison, against a server that answers byte by byte what a test tells it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.driving import WrongAnswer, ask, drive

REQUEST = b"POST /graphql HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED])
@pytest.mark.parametrize("pieces", [1, 7, 1000])
async def test_answers_are_read_whole_however_they_come(answer: bytes, pieces: int) -> None:
    async with answering(answer, pieces) as port:
        assert await ask(port, [REQUEST] * 3) == [b"hello"] * 3


async def test_an_answer_of_another_length_ends_the_drive() -> None:
    async with answering(PLAIN, 1000) as port:
        with pytest.raises(WrongAnswer, match="Not the answer it gave before: hello"):
            await drive(port, [REQUEST], [6], connections=1, seconds=5)


async def test_a_refusal_is_no_answer() -> None:
    async with answering(b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy", 1000) as port:
        with pytest.raises(WrongAnswer, match="busy"):
            await ask(port, [REQUEST])


async def test_every_connection_drives_for_as_long_as_it_is_told_to() -> None:
    async with answering(PLAIN, 1000) as port:
        driven = await drive(port, [REQUEST], [5], connections=4, seconds=0.05)
    assert driven.seconds >= 0.05
    assert len(driven.latencies) >= 4


@asynccontextmanager
async def answering(answer: bytes, size: int) -> AsyncIterator[int]:
    """A server that gives this answer to every request, in pieces of that size."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            for start in range(0, len(answer), size):
                writer.write(answer[start : start + size])
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
