"""Growth: the same lists of Milepost at three sizes of the data, how long they take, and by which indexes."""

import itertools
import json
import random
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.data import Data, clients_of, ensure_data
from bench.driving import WrongAnswer, ask, drive
from bench.reads import request_of
from bench.servers import MILEPOST, Running, running
from bench.statements import COUNTING, EXPLAINABLE, EXPLAINING, paths_of, server_settings, statements_of
from bench.tables import Row, table
from server.embedded import EmbeddedPostgres

SIZES = (10_000, 100_000, 1_000_000)
PAGES = (1, 20, 100)
_MOST_CALLERS = 50
_CLIENT = "SELECT id FROM organizations WHERE kind = 'CLIENT' ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class _List:
    """A list at one place: its beginning, or the middle of everything."""

    title: str
    operation: str
    is_deep: bool
    first: int


_LISTS = (
    _List("open gigs, the newest 20", "market", False, 20),
    _List("open gigs, 20 from the middle", "market", True, 20),
    _List("own projects, 50 with milestones and tasks", "work", False, 50),
)


@dataclass(frozen=True, slots=True)
class _Size:
    """Milepost over so many gigs."""

    gigs: int
    running: Running
    middle: str
    """A cursor in the middle of the open gigs."""

    def requests(self, one: _List, first: int) -> list[bytes]:
        variables = {"first": first, "after": self.middle if one.is_deep else None}
        callers = range(min(_MOST_CALLERS, clients_of(self.gigs)))
        return [request_of("growth", one.operation, f"bench-0-{number}", variables) for number in callers]


async def grown(postgres: EmbeddedPostgres, sizes: Sequence[int], rounds: int, seconds: float) -> str:
    """The report."""
    async with server_settings(postgres.url, EXPLAINABLE), AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="milepost-bench-")))
        started = [await _started(stack, postgres.url, gigs, folder) for gigs in sizes]
        times = await _times(started, rounds, seconds)
        return "\n\n".join(
            (
                "The medians of a caller who asks one request after another; in brackets, how often that is the first.",
                _times_table(times, sizes),
                await _statements_table(started, postgres),
                await _paths_list(started, postgres),
            )
        )


async def _started(stack: AsyncExitStack, server_url: str, gigs: int, folder: Path) -> _Size:
    url = await ensure_data(server_url, Data(gigs, has_money=False))
    own = folder / str(gigs)
    own.mkdir()
    [milepost] = await stack.enter_async_context(running([MILEPOST], url, own))
    return _Size(gigs, milepost, await _middle(url, milepost))


async def _middle(url: str, milepost: Running) -> str:
    """The gigs of each client lie evenly between the oldest and the newest of all."""
    connection = await asyncpg.connect(url)
    try:
        organization = await connection.fetchval(_CLIENT)
    finally:
        await connection.close()
    variables = {"organization": f"org_{organization.hex}"}
    [body] = await ask(milepost.port, [request_of("growth", "places", "bench-0-0", variables)])
    edges = json.loads(body)["data"]["gigs"]["edges"]
    cursor: str = edges[len(edges) // 2]["cursor"]
    return cursor


async def _times(started: Sequence[_Size], rounds: int, seconds: float) -> dict[tuple[str, int], list[float]]:
    """Milliseconds by list and size, one for each round."""
    found: dict[tuple[str, int], list[float]] = {(one.title, size.gigs): [] for one in _LISTS for size in started}
    shuffled = random.Random(1)
    for _ in range(rounds):
        for one in _LISTS:
            for size in shuffled.sample(started, len(started)):
                found[one.title, size.gigs].append(await _time(size, one, seconds))
    return found


async def _time(size: _Size, one: _List, seconds: float) -> float:
    requests, port = size.requests(one, one.first), size.running.port
    bodies = await ask(port, requests)
    if wrong := [body for body in bodies if b'"errors"' in body]:
        raise WrongAnswer(wrong[0].decode())
    driven = await drive(port, requests, [len(body) for body in bodies], connections=1, seconds=seconds)
    return statistics.median(driven.latencies) * 1e3


def _times_table(times: dict[tuple[str, int], list[float]], sizes: Sequence[int]) -> str:
    rows: list[Row] = [("list", *(f"{gigs:,} gigs" for gigs in sizes))]
    for one in _LISTS:
        cells = []
        for gigs in sizes:
            pairs = zip(times[one.title, gigs], times[one.title, sizes[0]], strict=True)
            ratio = statistics.median(ours / smallest for ours, smallest in pairs)
            cells.append(f"{statistics.median(times[one.title, gigs]):.2f} ms ({ratio:.2f})")
        rows.append((one.title, *cells))
    return table(rows)


async def _statements_table(started: Sequence[_Size], postgres: EmbeddedPostgres) -> str:
    rows: list[Row] = [("statements", *(f"pages of {first}" for first in PAGES))]
    async with server_settings(postgres.url, COUNTING):
        for one in _LISTS:
            counts = [await _statements(started[0], one, first, postgres.directory.log) for first in PAGES]
            rows.append((one.title, *(f"{count}" for count in counts)))
    return table(rows)


async def _paths_list(started: Sequence[_Size], postgres: EmbeddedPostgres) -> str:
    lines = ["How PostgreSQL finds the rows:", ""]
    async with server_settings(postgres.url, EXPLAINING):
        for one, size in itertools.product(_LISTS, started):
            paths = await paths_of(size.running.port, size.requests(one, one.first)[:5], postgres.directory.log)
            lines.append(f"- {one.title}, {size.gigs:,} gigs: {', '.join(paths)}")
    return "\n".join(lines)


async def _statements(size: _Size, one: _List, first: int, log: Path) -> int:
    requests = size.requests(one, first)[:9]
    await ask(size.running.port, requests)
    return await statements_of(size.running.port, requests, log)
