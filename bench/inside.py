"""Milepost within this process, without a network: its Python calls counted, its time profiled."""

import cProfile
import io
import itertools
import pstats
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from starlette.types import ASGIApp, Message

from bench.reads import Read
from bench.shares import shares
from persistence.database import Database
from server.app import create_app
from server.clock import Clock

_COUNTED, _PROFILED = 25, 1_000
_ROWS = 45


async def calls_of(reads: Sequence[Read], url: str) -> dict[str, int]:
    """How many Python functions a request calls, by read: the same in every run of the same code."""
    async with _milepost(url) as app:
        return {read.name: await _calls(app, read.requests("milepost")) for read in reads}


async def profile_of(read: Read, url: str) -> str:
    """Where the time of a read goes, function by function, with the overhead of looking."""
    async with _milepost(url) as app:
        requests = read.requests("milepost")
        await _answered(app, requests)
        profile = cProfile.Profile()
        profile.enable()
        await _answered(app, list(itertools.islice(itertools.cycle(requests), _PROFILED)))
        profile.disable()
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).sort_stats("tottime")
    stats.print_stats(_ROWS)
    return f"{_PROFILED} requests\n{text.getvalue()}\nHow the time is shared out:\n\n{shares(stats)}"


@asynccontextmanager
async def _milepost(url: str) -> AsyncIterator[ASGIApp]:
    database = Database(url)
    app = create_app(database, Clock(), is_planned=True)
    try:
        async with app.router.lifespan_context(app):
            yield app
    finally:
        await database.close()


async def _calls(app: ASGIApp, requests: Sequence[bytes]) -> int:
    """The median, because something else may run between; twice before, so that plans are made."""
    counted = requests[:_COUNTED]
    await _answered(app, [*counted, *counted])
    counts = []
    for request in counted:
        counter = _Counter()
        sys.setprofile(counter)
        await _answered(app, [request])
        sys.setprofile(None)
        counts.append(counter.calls)
    return int(statistics.median(counts))


class _Counter:
    """Counts calls of Python functions, and how often a coroutine goes on."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self.calls += 1


async def _answered(app: ASGIApp, requests: Sequence[bytes]) -> None:
    for request in requests:
        head, _, body = request.partition(b"\r\n\r\n")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
        }
        await app(scope, _receiving(body), _send)


def _receiving(body: bytes) -> Any:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _send(message: Message) -> None:
    status = message.get("status", 200)
    if status != 200:
        raise RuntimeError(f"Milepost answered with {status}.")
