"""Requests and answers that are there in one piece, over a real connection: they look as if they came in messages."""

import asyncio
from dataclasses import dataclass

import orjson
import pytest

from tests.world import World

ASKED = orjson.dumps({"query": "{ viewer { user { email } } }"})


@dataclass(slots=True)
class Wire:
    """A connection on which bytes are written as they are."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, live: str) -> "Wire":
        host, port = live.removeprefix("ws://").removesuffix("/graphql").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def answer(self) -> tuple[bytes, dict[bytes, bytes], bytes]:
        """The first line, the headers and the body of the next answer."""
        async with asyncio.timeout(10):
            first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).rstrip().split(b"\r\n")
            headers = dict(line.split(b": ", 1) for line in lines)
            return first, headers, await self.reader.readexactly(int(headers.get(b"content-length", b"0")))


def _request(token: str, *more: bytes, version: bytes = b"1.1") -> bytes:
    head = (
        b"POST /graphql HTTP/" + version,
        b"host: milepost.example",
        b"content-type: application/json",
        b"content-length: %d" % len(ASKED),
        b"authorization: Bearer " + token.encode(),
        *more,
    )
    return b"\r\n".join(head) + b"\r\n\r\n"


async def test_requests_that_come_together_are_answered_in_their_order(world: World, live: str) -> None:
    ada, ben = await world.client_side(), await world.freelancer_side()
    wire = await Wire.to(live)
    for _ in range(2):
        both = [_request(one.token, b"x-request-id: " + one.email[:8].encode()) + ASKED for one in (ada, ben)]
        wire.writer.write(b"".join(both))
        for one in (ada, ben):
            first, headers, body = await wire.answer()
            assert first == b"HTTP/1.1 200 OK"
            assert headers[b"x-request-id"] == one.email[:8].encode()
            assert orjson.loads(body)["data"] == {"viewer": {"user": {"email": one.email}}}


@pytest.mark.parametrize("pieces", [1, 2, 5])
async def test_a_body_may_come_in_pieces(world: World, live: str, pieces: int) -> None:
    ada = await world.client_side()
    wire, whole = await Wire.to(live), _request(ada.token) + ASKED
    size = -(-len(whole) // pieces)
    for begin in range(0, len(whole), size):
        wire.writer.write(whole[begin : begin + size])
        await wire.writer.drain()
        await asyncio.sleep(0.01)
    first, headers, body = await wire.answer()
    assert (first, headers[b"content-type"]) == (b"HTTP/1.1 200 OK", b"application/json")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert orjson.loads(body)["data"]["viewer"]["user"]["email"] == ada.email


async def test_whoever_asks_first_whether_to_send_the_body_is_told_to(world: World, live: str) -> None:
    ada, wire = await world.client_side(), await Wire.to(live)
    wire.writer.write(_request(ada.token, b"expect: 100-continue"))
    assert (await wire.answer())[0] == b"HTTP/1.1 100 Continue"
    wire.writer.write(ASKED)
    assert (await wire.answer())[0] == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(("version", "more"), [(b"1.0", b"accept: */*"), (b"1.1", b"connection: close")])
async def test_a_connection_ends_with_the_answer_where_its_client_wants_so(
    world: World, live: str, version: bytes, more: bytes
) -> None:
    ada, wire = await world.client_side(), await Wire.to(live)
    for _ in range(2):
        wire = await Wire.to(live)
        wire.writer.write(_request(ada.token, more, version=version) + ASKED)
        first, headers, body = await wire.answer()
        assert (first, headers[b"connection"]) == (b"HTTP/1.1 200 OK", b"close")
        assert orjson.loads(body)["data"]["viewer"]["user"]["email"] == ada.email
        async with asyncio.timeout(10):
            assert await wire.reader.read() == b""
