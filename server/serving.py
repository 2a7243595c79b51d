"""Serving: the API and the worker in one process, until a signal asks for a graceful end."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn

from jobs import worker
from persistence.database import Database
from server.app import create_app
from server.clock import Clock
from server.logs import configure_logs
from server.migrations import upgrade
from server.seed import PASSWORD, SEEDED, seed
from server.settings import Mode, Settings

DRAIN_SECONDS = 30


async def serve(settings: Settings, url: str) -> int:
    """Migrates, seeds an empty sandbox, serves until SIGTERM or Ctrl-C, then drains and stops."""
    configure_logs(settings.log_format, settings.log_level)
    listener = _listen(settings)
    if listener is None:
        print(f"Port {settings.port} is taken. Choose another: PORT=8001 make serve", file=sys.stderr)
        return 1
    await upgrade(settings.database_direct_url or url)
    database = Database(url, pool_size=settings.pool_size)
    clock = Clock()
    stop = stop_signal()
    try:
        if settings.mode is Mode.SANDBOX and await seed(database, clock.now()):
            _say("Seeded a small demonstration.")
        app = create_app(database, clock, is_sandbox=settings.mode is Mode.SANDBOX)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                ws_ping_interval=20,
                lifespan="on",
                timeout_graceful_shutdown=DRAIN_SECONDS,
                server_header=False,
            )
        )
        working = asyncio.create_task(worker.run(database, clock.now, stop))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        _greet(settings)
        await asyncio.wait([asyncio.create_task(stop.wait()), serving], return_when=asyncio.FIRST_COMPLETED)
        app.state.health.is_draining = True
        stop.set()
        server.should_exit = True
        await asyncio.gather(serving, working)
    finally:
        await database.close()
    _say("Stopped.")
    return 0


async def work(settings: Settings, url: str) -> int:
    """Only the worker; the schema must be there already."""
    configure_logs(settings.log_format, settings.log_level)
    database, clock, stop = Database(url, pool_size=settings.pool_size), Clock(), stop_signal()
    try:
        _say("Worker running. Ctrl-C stops it.")
        await worker.run(database, clock.now, stop)
    finally:
        await database.close()
    return 0


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: they would raise the signal again and skip our clean-up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _listen(settings: Settings) -> socket.socket | None:
    """The listening socket, taken before anything slow starts, so that a taken port is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        return None
    listener.set_inheritable(True)
    return listener


def _greet(settings: Settings) -> None:
    root = f"http://{settings.host}:{settings.port}"
    _say(f"""
Milepost is running.

  GraphQL    {root}/graphql      (POST; WebSocket: graphql-transport-ws)
  Schema     {root}/schema.graphql
  Health     {root}/health/ready
  Mail       {settings.mail_folder}
""")
    if settings.mode is Mode.SANDBOX:
        people = "\n".join(f"  {one.email:<28} {one.what}" for one in SEEDED)
        _say(f"""Sign in as one of these (password: {PASSWORD}):

{people}

  curl {root}/graphql -H 'content-type: application/json' -d '{{"query": "mutation {{ signIn(input: {{email: \\"{SEEDED[0].email}\\", password: \\"{PASSWORD}\\"}}) {{ ... on SignInPayload {{ token }} ... on Refusal {{ message }} }} }}"}}'

Then send the token as `Authorization: Bearer TOKEN`. `make demo` plays a whole project. Ctrl-C stops.
""")


def _say(text: str) -> None:
    print(text, flush=True)
