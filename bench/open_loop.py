"""An open loop: requests are due at their time, however long earlier answers take, and wait from that moment on."""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence

from bench.driving import WrongAnswer
from bench.exchanges import exchange

CONNECTIONS = 64
"""Kept open, and used in turns, so that none stays silent. Once all are busy a request waits, which counts for it."""


async def waits(
    port: int, requests: Sequence[bytes], *, fresh: Callable[[bytes], bytes], rate: float, seconds: float
) -> list[float]:
    """How long each request waited for its answer since the moment at which it was due, in seconds."""
    free = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    turns, found, began = itertools.cycle(requests), list[float](), time.perf_counter()

    async def ask(request: bytes, due: float) -> None:
        reader, writer = await free.get()
        status = await exchange(reader, writer, request)
        found.append(time.perf_counter() - due)
        if status != 200:
            raise WrongAnswer(f"An answer had the status {status}.")
        free.put_nowait((reader, writer))

    async with asyncio.TaskGroup() as asked:
        for number in range(round(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(due - time.perf_counter())
            asked.create_task(ask(fresh(next(turns)), due))
    while not free.empty():
        free.get_nowait()[1].close()
    return found
