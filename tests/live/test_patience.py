"""Raw connections that dawdle: heads that do not come or do not end, bodies that stop, answers that nobody reads."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from tests.world import World

PATIENCE_SECONDS = 20
HEAD = b"POST /graphql HTTP/1.1\r\nhost: milepost\r\ncontent-type: application/json\r\n"
ASKS = b'{"query": "{ __typename }"}'

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(live: str) -> AsyncIterator[Wire]:
    address = urlsplit(live)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server hangs up."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await reader.read()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server waits for hardly anything."""
    monkeypatch.setattr("server.connections.HEAD_SECONDS", 0.3)
    monkeypatch.setattr("server.connections.SEND_SECONDS", 0.3)
    monkeypatch.setattr("server.middleware.MAX_SECONDS", 0.5)


@pytest.mark.usefixtures("hurried", "world")
async def test_a_connection_that_says_nothing_is_closed(live: str) -> None:
    async with connected(live) as (reader, _):
        assert (await rest_of(reader)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("hurried", "world")
async def test_a_head_that_comes_letter_by_letter_is_not_waited_for(live: str) -> None:
    async with connected(live) as (reader, writer):
        answer = asyncio.create_task(rest_of(reader))
        writer.write(b"GET /")
        while not answer.done():
            writer.write(b"a")
            await asyncio.sleep(0.02)
        assert answer.result().startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("hurried", "world")
async def test_the_head_of_a_later_request_is_not_waited_for_either(live: str) -> None:
    async with connected(live) as (reader, writer):
        writer.write(b"GET /health/live HTTP/1.1\r\nhost: milepost\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(len(b'{"status":"ok"}'))
        writer.write(b"GET /health/live HTTP/1.1\r\nhost:")
        assert (await rest_of(reader)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("hurried", "world")
async def test_a_body_that_stops_is_a_coded_error(live: str) -> None:
    async with connected(live) as (reader, writer):
        writer.write(HEAD + b'content-length: 100\r\n\r\n{"query": "')
        head, _, body = (await rest_of(reader)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    (error,) = json.loads(body)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("ending", [b"\r\n\r\n", b""], ids=["ended", "endless"])
async def test_a_head_that_is_too_large_is_refused(live: str, ending: bytes) -> None:
    async with connected(live) as (reader, writer):
        writer.write(b"GET /health/live HTTP/1.1\r\nhost: milepost\r\n")
        writer.write(b"x-more: ")
        for _ in range(3):
            # What has not been read when the server hangs up would take its answer away.
            writer.write(b"a" * 20_000)
            await asyncio.sleep(0.1)
        writer.write(ending)
        assert (await rest_of(reader)).startswith(b"HTTP/1.1 431 ")


@pytest.mark.usefixtures("world")
async def test_whoever_leaves_in_the_middle_of_a_body_disturbs_nobody(
    live: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(live) as (_, writer):
        writer.write(HEAD + b'content-length: 100\r\n\r\n{"query": "')
        await writer.drain()
        await asyncio.sleep(0.1)
    async with connected(live) as (reader, writer):
        writer.write(HEAD + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(ASKS) + ASKS)
        assert b'"__typename":"Query"' in await rest_of(reader)
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.mark.usefixtures("hurried", "world")
async def test_whoever_does_not_read_is_hung_up_on(live: str) -> None:
    address = urlsplit(live)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, (address.hostname, address.port))
        # More than the system keeps for a connection.
        await loop.sock_sendall(slow, b"GET /schema.graphql HTTP/1.1\r\nhost: milepost\r\n\r\n" * 60)
        await asyncio.sleep(1.5)
        received = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while data := await loop.sock_recv(slow, 1 << 20):
                    received += len(data)
            except ConnectionResetError:
                received += 0
    whole = len((await answer_of(live, "/schema.graphql")).partition(b"\r\n\r\n")[2])
    assert received < 60 * whole


async def answer_of(live: str, path: str) -> bytes:
    async with connected(live) as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\nhost: milepost\r\nconnection: close\r\n\r\n".encode())
        return await rest_of(reader)


async def test_an_operation_that_takes_too_long_is_stopped_and_said_to_be(
    world: World, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await world.client_side()
    monkeypatch.setattr("server.middleware.MAX_SECONDS", 0.5)
    async with world.database.engine.begin() as holding, connected(live) as (reader, writer):
        await holding.exec_driver_sql("LOCK TABLE gigs IN ACCESS EXCLUSIVE MODE")
        body = b'{"query": "{ gigs { totalCount } }"}'
        writer.write(HEAD + b"authorization: Bearer %b\r\nconnection: close\r\n" % client.token.encode())
        writer.write(b"content-length: %d\r\n\r\n" % len(body) + body)
        head, _, text = (await rest_of(reader)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 504 ")
    (error,) = json.loads(text)["errors"]
    assert (error["extensions"]["code"], b"x-request-id" in head) == ("INTERNAL", True)
    assert await client.ask("{ gigs { totalCount } }") == {"gigs": {"totalCount": 0}}
