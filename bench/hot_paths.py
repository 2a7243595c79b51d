"""The hot paths of what is sold: each through Milepost's API, and by one function in the database, written by hand."""

import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg

from bench.answers import AnswersDiffer, meaning_of, require_same
from bench.costs import cpu_seconds
from bench.data import UnsoundData
from bench.driving import ask, drive
from bench.hot_data import made, owners
from bench.hot_requests import PATHS, HotPath, Side, fresh
from bench.open_loop import waits
from bench.servers import BY_HAND, MILEPOST, running
from bench.statements import COUNTING, server_settings, statements_of
from bench.tables import Row, table
from server.books import check_books_command
from server.embedded import EmbeddedPostgres

ORGANIZATIONS, CONNECTIONS, RATE = 200, 8, 100.0
_DONE = Path(__file__).with_name("hot_paths_done.sql").read_text()
_HEADING = ("path", "requests/s", "of one function", "half of the rounds", "CPU", "statements", "p95, ms", "p99, ms")
_CHECKED = 12


@dataclass(slots=True)
class _Found:
    """What the rounds of one path have come to."""

    rates: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


async def driven(postgres: EmbeddedPostgres, rounds: int, seconds: float, *, open_seconds: float) -> str:
    """The report."""
    url = await made(postgres.url, ORGANIZATIONS)
    known = await owners(url)
    rows: list[Row] = [_HEADING]
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        # Without the worker, whose time the function would have to share.
        async with running([replace(MILEPOST, beside=()), BY_HAND], url, Path(folder)) as started:
            ours, by_hand = (Side(one, known) for one in started)
            await _require_same(url, ours, by_hand)
            for path in PATHS:
                print(f"{path.title} ...", end="\r", file=sys.stderr, flush=True)
                found = await _compared(path, ours, by_hand, _postmaster(postgres), rounds, seconds)
                statements = await _statements(path, ours, postgres)
                requests = ours.requests(path, range(2, ORGANIZATIONS), ORGANIZATIONS)
                late = await waits(ours.running.port, requests, fresh=fresh, rate=RATE, seconds=open_seconds)
                rows.append((path.title, *_cells(found), f"{statements}", *_late(late)))
    if await check_books_command(url):
        raise UnsoundData("The books do not hold after the run: see above.")
    return _report(rows, rounds, seconds, open_seconds)


def _report(rows: Sequence[Row], rounds: int, seconds: float, open_seconds: float) -> str:
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    what = (
        f"{rounds} rounds of {seconds:g} s for each, over {CONNECTIONS} connections, one after the other in shuffled"
        f" order; ratios within a round. CPU is how much of ours, server and PostgreSQL together, one function takes."
        f" The waits are those of Milepost at {RATE:.0f} requests a second for {open_seconds:g} s, from the moment at"
        " which each was due. Statements include BEGIN and COMMIT."
    )
    return f"{load} {what}\n\n{table(rows)}\n"


async def _require_same(url: str, ours: Side, by_hand: Side) -> None:
    """Raises AnswersDiffer unless two organizations that had the same are told the same, and have the same after it."""
    sides = {0: ours, 1: by_hand}
    for path in PATHS:
        meanings = []
        for number, side in sides.items():
            bodies = await ask(side.running.port, [fresh(one) for one in side.requests(path, [number], _CHECKED)])
            meanings.append([_without_ids(meaning_of(body, "milepost")) for body in bodies])
        require_same(path.title, ["Milepost", "the function"], meanings)
    connection = await asyncpg.connect(url)
    try:
        done = [await connection.fetchval(_DONE, ours.owners[number]) for number in sides]
    finally:
        await connection.close()
    if done[0] != done[1]:
        raise AnswersDiffer(f"Milepost has written\n{done[0]}\nand the function\n{done[1]}")


def _without_ids(meaning: Any) -> Any:
    if not isinstance(meaning, dict):
        return meaning
    return {name: _without_ids(value) for name, value in meaning.items() if name != "id"}


async def _compared(path: HotPath, ours: Side, by_hand: Side, database: int, rounds: int, seconds: float) -> _Found:
    found, shuffled = _Found(), random.Random(1)
    asked = [(side, side.requests(path, range(2, ORGANIZATIONS), ORGANIZATIONS)) for side in (ours, by_hand)]
    lengths = [await _lengths(side, requests) for side, requests in asked]
    for _ in range(rounds):
        rate, cpu = [0.0, 0.0], [0.0, 0.0]
        for way in shuffled.sample((0, 1), 2):
            (side, requests), port = asked[way], asked[way][0].running.port
            before = cpu_seconds(side.running.pid) + cpu_seconds(database)
            run = await drive(port, requests, lengths[way], connections=CONNECTIONS, seconds=seconds, fresh=fresh)
            rate[way] = len(run.latencies) / run.seconds
            after = cpu_seconds(side.running.pid) + cpu_seconds(database)
            cpu[way] = (after - before) / len(run.latencies)
        found.rates.append(rate[0])
        found.ratios.append(rate[0] / rate[1])
        found.cpu.append(cpu[1] / cpu[0])
    return found


async def _lengths(side: Side, requests: Sequence[bytes]) -> list[int]:
    """Of the answers, which stay as long however often they come."""
    return [len(body) for body in await ask(side.running.port, [fresh(one) for one in requests])]


async def _statements(path: HotPath, ours: Side, postgres: EmbeddedPostgres) -> int:
    requests = [fresh(one) for one in ours.requests(path, [2], 5)]
    async with server_settings(postgres.url, COUNTING):
        return await statements_of(ours.running.port, requests, postgres.directory.log)


def _postmaster(postgres: EmbeddedPostgres) -> int:
    found = postgres.directory.read_postmaster()
    assert found is not None, "PostgreSQL runs for as long as it is entered"
    return found.pid


def _cells(found: _Found) -> Row:
    low, middle, high = statistics.quantiles(found.ratios, n=4) if len(found.ratios) > 1 else found.ratios * 3
    rate, cpu = statistics.median(found.rates), statistics.median(found.cpu)
    return f"{rate:.0f}", f"{middle:.2f}", f"{low:.2f} to {high:.2f}", f"{cpu:.2f}"


def _late(found: Sequence[float]) -> Row:
    hundredths = statistics.quantiles(found, n=100)
    return f"{hundredths[94] * 1000:.1f}", f"{hundredths[98] * 1000:.1f}"
