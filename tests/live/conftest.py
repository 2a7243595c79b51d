"""A real server on a port of its own, with a worker, for tests over sockets."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn

from jobs import worker
from server.app import create_app
from server.connections import PatientProtocol, ServingConfig
from tests.world import World

METRICS_TOKEN = "of the scraper"


class _Server(uvicorn.Server):
    """Without signal handlers: those of the test run stay as they are."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def live(world: World) -> AsyncIterator[str]:
    """The URL of the world's socket. Its worker relays what happens, without timers."""
    # MILEPOST_PLANNER=off runs them without the planner, as those of the API.
    app = create_app(
        world.database, world.clock, is_planned=os.environ.get("MILEPOST_PLANNER") != "off", metrics_token=METRICS_TOKEN
    )
    server = _Server(ServingConfig(app, http=PatientProtocol, port=0, log_config=None, access_log=False, lifespan="on"))
    stop = asyncio.Event()
    serving = asyncio.create_task(server.serve())
    working = asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=()))
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"ws://127.0.0.1:{port}/graphql"
    stop.set()
    server.should_exit = True
    await asyncio.gather(serving, working)
