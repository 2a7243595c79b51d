"""A real server in a thread of its own, for clients that are not asynchronous."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from persistence.database import Database
from server.app import create_app
from server.clock import Clock


@contextmanager
def served(database_url: str) -> Iterator[str]:
    """The root URL of a server with its own event loop and pool, on any free port."""
    stop, address = threading.Event(), list[str]()
    ready = threading.Event()

    async def serve() -> None:
        database = Database(database_url, pool_size=5)
        server = uvicorn.Server(uvicorn.Config(create_app(database, Clock()), port=0, log_config=None))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        address.append(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.02)
        server.should_exit = True
        await serving
        await database.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        ready.wait()
        yield address[0]
    finally:
        stop.set()
        thread.join()
