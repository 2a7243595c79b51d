"""Starts the fault server and prints where it listens."""

import argparse
import asyncio
import json
import signal
import sys
from threading import Thread

from clients.faults.server import start


async def main() -> None:
    options = argparse.ArgumentParser(prog="python -m clients.faults", description=__doc__)
    options.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1; any free port unless said")
    options.add_argument(
        "--follow-stdin", action="store_true", help="end when standard input does, as its starter does"
    )
    chosen = options.parse_args()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = await start(chosen.port)
    print(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    if chosen.follow_stdin:
        Thread(target=_await_end_of_input, args=(loop, stop), daemon=True).start()
    await stop.wait()
    server.close()


def _await_end_of_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """A thread, because an event loop cannot watch every kind of input: a file, for example."""
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(stop.set)


if __name__ == "__main__":
    asyncio.run(main())
