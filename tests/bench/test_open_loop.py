"""The open loop: requests leave when they are due, and wait from that moment on."""

import asyncio

from bench.open_loop import waits
from tests.bench.test_driving import PLAIN, REQUEST, answering


async def test_every_request_that_is_due_is_asked_as_it_is_made_anew_and_waits_for_its_answer() -> None:
    made = list[bytes]()

    def fresh(request: bytes) -> bytes:
        made.append(request)
        return request

    async with answering(PLAIN, 1000) as port:
        found = await waits(port, [REQUEST], fresh=fresh, rate=1000, seconds=0.05)
    assert made == [REQUEST] * 50
    assert len(found) == 50
    assert all(seconds > 0 for seconds in found)


async def test_what_waits_for_a_slow_answer_holds_up_no_other() -> None:
    come = asyncio.Event()
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while await reader.read(1000):
            asked += 1
            if asked == 5:
                come.set()
            await come.wait()
            writer.write(PLAIN)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        found = await waits(server.sockets[0].getsockname()[1], [REQUEST], fresh=bytes, rate=1000, seconds=0.005)
    assert len(found) == 5
