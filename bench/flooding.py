"""The flood: one request again and again over many connections, in a process of its own, for as long as it is let live.

    python -m bench.flooding PORT CONNECTIONS < REQUEST

When it is ended it prints how many answers it got, by their status.
"""

import asyncio
import signal
import sys
from collections import Counter
from contextlib import suppress

from bench.exchanges import exchange


async def _flood(port: int, connections: int, request: bytes) -> Counter[int]:
    answers: Counter[int] = Counter()

    async def repeat() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            answers[await exchange(reader, writer, request)] += 1

    flood = asyncio.gather(*(repeat() for _ in range(connections)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, flood.cancel)
    print("flooding", flush=True)
    with suppress(asyncio.CancelledError):
        await flood
    return answers


if __name__ == "__main__":
    found = asyncio.run(_flood(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.buffer.read()))
    print(" ".join(f"{status}:{count}" for status, count in sorted(found.items())), flush=True)
