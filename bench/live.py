"""Live updates: many who follow the invoices of one organization, and many more sockets on which nothing happens."""

import asyncio
import json
import os
import random
import resource
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.answers import meaning_of, require_same
from bench.costs import cpu_seconds, memory_of
from bench.listeners import Listeners, Subscribing
from bench.live_data import Followed, copied, gather
from bench.servers import MILEPOST, ROOT, TELLING, Running, running
from bench.tables import Row, table
from server.embedded import EmbeddedPostgres

OF_A_PERSON = 10
"""Sockets: as many as one may have."""
LISTENERS, IDLE = 1_000, 10_000
EVENTS = 5
"""In each round of a server: the kernel counts CPU in hundredths of a second."""
QUIET_SECONDS = 10.0
PROBE_SECONDS = 3.0
"""Whoever is told of nothing for so long was not subscribed yet when it happened."""
_OPERATIONS = ROOT / "bench" / "operations" / "live"
_HEADING = (
    "server",
    "CPU µs: server",
    "PostgreSQL",
    "of ours, by CPU",
    "half of the rounds",
    "last told after, ms",
    "of ours",
)
_IDLE_HEADING = ("server", "KB for each socket", "CPU, % of a core", "seconds to open")


@dataclass(slots=True)
class _Crowd:
    """The listeners of one server, who follow an organization of their own, and what each event cost."""

    running: Running
    followed: Followed
    listeners: Listeners
    waits: list[float] = field(default_factory=list)
    cpu: list[tuple[float, float]] = field(default_factory=list)
    """Seconds for each message: of the server, and of PostgreSQL."""

    async def measure(self, connection: asyncpg.Connection, events: int, postmaster: int) -> None:
        before = cpu_seconds(self.running.pid), cpu_seconds(postmaster)
        waits = [await self.listeners.all_told(lambda: self.followed.happens(connection)) for _ in range(events)]
        after = cpu_seconds(self.running.pid), cpu_seconds(postmaster)
        messages = events * self.listeners.count
        self.waits.append(statistics.median(waits))
        self.cpu.append(((after[0] - before[0]) / messages, (after[1] - before[1]) / messages))


async def listened(postgres: EmbeddedPostgres, listeners: int, idle: int, rounds: int) -> str:
    """The report."""
    _allow_many_files()
    async with copied(postgres.url) as url:
        people = -(-max(listeners, idle) // OF_A_PERSON)
        known = await gather(url, 1 + len(TELLING), people)
        told = await _told(url, known, postgres, listeners, rounds)
        kept = await _kept(url, known[0], idle)
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    return f"{load}\n\n{told}\n\n{kept}\n"


def _allow_many_files() -> None:
    """For us and for the servers that we start."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _told(url: str, known: Sequence[Followed], postgres: EmbeddedPostgres, count: int, rounds: int) -> str:
    postmaster = postgres.directory.read_postmaster()
    assert postmaster is not None, "PostgreSQL runs for as long as it is entered"
    connection = await asyncpg.connect(url)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with AsyncExitStack() as stack:
            started = await stack.enter_async_context(running([MILEPOST, *TELLING], url, Path(folder)))
            await _require_same(started, known[0], connection)
            crowds = list[_Crowd]()
            for one, followed in zip(started, known, strict=True):
                listeners = await stack.enter_async_context(Listeners(one.port))
                await _open(listeners, one, followed, count)
                crowds.append(_Crowd(one, followed, listeners))
                await _until_all_hear(listeners, followed, connection)
            events, shuffled = EVENTS, random.Random(1)
            for number in range(rounds):
                print(f"Round {number + 1} of {rounds}", end="\r", file=sys.stderr, flush=True)
                for crowd in shuffled.sample(crowds, len(crowds)):
                    await crowd.measure(connection, events, postmaster.pid)
    await connection.close()
    what = (
        f"{count:,} sockets of {count // OF_A_PERSON:,} people follow the invoices of one organization on each server,"
        f" and are told of {events} events in each of {rounds} rounds, one event after another. CPU is that of a"
        " message; the wait ends with the last socket. Of ours: how many times Milepost's, medians of the rounds."
    )
    return f"{what}\n\n{table([_HEADING, *(_row(crowd, crowds[0]) for crowd in crowds)])}"


async def _open(listeners: Listeners, server: Running, followed: Followed, count: int) -> None:
    """So many sockets more, of as many people as that takes."""
    is_ours = server.server.dialect == "milepost"
    query = (_OPERATIONS / f"{server.server.dialect}.graphql").read_text()
    key = f"org_{followed.organization_id.hex}" if is_ours else str(followed.organization_id)
    said = [
        Subscribing(followed.token(number // OF_A_PERSON), query, {"organization": key})
        for number in range(listeners.count, listeners.count + count)
    ]
    await listeners.open(said)


async def _until_all_hear(listeners: Listeners, followed: Followed, connection: asyncpg.Connection) -> None:
    """A socket does not say when it has subscribed: something happens until all are told of it."""
    while True:
        try:
            await listeners.all_told(lambda: followed.happens(connection), seconds=PROBE_SECONDS)
        except TimeoutError:
            continue
        return


async def _require_same(started: Sequence[Running], followed: Followed, connection: asyncpg.Connection) -> None:
    """Raises AnswersDiffer unless all tell the same of an event."""
    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(Listeners(one.port)) for one in started]
        for ear, one in zip(ears, started, strict=True):
            await _open(ear, one, followed, 1)
            await _until_all_hear(ear, followed, connection)
        meanings = [_meaning(ear.latest, one.server.dialect) for ear, one in zip(ears, started, strict=True)]
    # Until all have noticed that these are gone: a person has only so many sockets.
    await asyncio.sleep(PROBE_SECONDS)
    require_same("a message", [one.server.title for one in started], meanings)


def _meaning(message: bytes, dialect: str) -> list[object]:
    payload = json.loads(message)["payload"]
    update = payload["data"]["invoiceUpdated"]
    # Cursors are each server's own.
    del update["cursor"]
    update["event"]["id"] = update["event"].pop("subjectId")
    return [meaning_of(json.dumps(payload).encode(), dialect)]


def _row(crowd: _Crowd, ours: _Crowd) -> Row:
    server, postgres = (statistics.median(one[part] for one in crowd.cpu) * 1e6 for part in (0, 1))
    by_cpu = [sum(theirs) / max(sum(mine), 1e-9) for theirs, mine in zip(crowd.cpu, ours.cpu, strict=True)]
    quarters = statistics.quantiles(by_cpu, n=4, method="inclusive") if len(by_cpu) > 1 else by_cpu * 3
    waits = [theirs / mine for theirs, mine in zip(crowd.waits, ours.waits, strict=True)]
    return (
        crowd.running.server.title,
        f"{server:.0f}",
        f"{postgres:.0f}",
        f"{statistics.median(by_cpu):.2f}",
        f"{quarters[0]:.2f} to {quarters[2]:.2f}",
        f"{statistics.median(crowd.waits) * 1000:.0f}",
        f"{statistics.median(waits):.2f}",
    )


async def _kept(url: str, followed: Followed, count: int) -> str:
    """What sockets cost on which nothing happens, on servers that have done nothing before."""
    rows = list[Row]()
    for server in (MILEPOST, TELLING[0]):
        with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
            async with running([server], url, Path(folder)) as [started], Listeners(started.port) as listeners:
                rows.append((server.title, *await _idle(started, listeners, followed, count)))
    what = f"{count:,} sockets that follow the same, and nothing happens for {QUIET_SECONDS:g} s."
    return f"{what}\n\n{table([_IDLE_HEADING, *rows])}"


async def _idle(started: Running, listeners: Listeners, followed: Followed, count: int) -> Row:
    # The first ones load what all need.
    await _open(listeners, started, followed, min(count, OF_A_PERSON))
    loop, before = asyncio.get_running_loop(), memory_of(started.pid).rss
    first, began = listeners.count, loop.time()
    await _open(listeners, started, followed, count - first)
    opened = loop.time() - began
    grown = memory_of(started.pid).rss - before
    cpu = cpu_seconds(started.pid)
    await asyncio.sleep(QUIET_SECONDS)
    busy = (cpu_seconds(started.pid) - cpu) / QUIET_SECONDS
    return f"{grown * 1024 / (count - first):.1f}", f"{busy:.1%}", f"{opened:.1f}"
