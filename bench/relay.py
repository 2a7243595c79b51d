"""The relay: how fast it gives many events their positions, whether in order, and what writers lose while it runs."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.data import UnsoundData
from bench.live_data import copied
from bench.servers import MILEPOST, alone
from bench.tables import Row, table
from server.embedded import EmbeddedPostgres

EVENTS, SUBJECTS = 100_000, 1_000
WRITERS, WRITER_SECONDS = 8, 5.0
PATIENCE_SECONDS = 600
_FILL = """
INSERT INTO outbox (id, type, subject_type, subject_id, subject_version, organization_ids, topics, actor_kind, data,
    occurred_at)
SELECT gen_random_uuid(), 'gig.looked_at', 'gig', subject, number / $2, '{}', ARRAY[subject], 'SYSTEM', '{}', now()
FROM generate_series(0, $1 - 1) number, LATERAL (SELECT md5('subject ' || number % $2)::uuid AS subject)
ORDER BY number
"""
_WAITING = "SELECT count(*) FROM outbox WHERE position IS NULL"
_OUT_OF_ORDER = """
SELECT count(*) FROM (
    SELECT position, lag(position) OVER (PARTITION BY subject_id ORDER BY subject_version) AS before
    FROM outbox WHERE type = 'gig.looked_at'
) AS pairs WHERE before > position
"""
_GAPS = "SELECT max(position) - min(position) + 1 - count(*) FROM outbox WHERE position IS NOT NULL"
_CHANGE = "UPDATE gigs SET version = version + 1 WHERE id = $1 RETURNING version"
_TELL = """
INSERT INTO outbox (id, type, subject_type, subject_id, subject_version, organization_ids, topics, actor_kind, data,
    occurred_at)
VALUES (gen_random_uuid(), 'gig.looked_at', 'gig', $1, $2, '{}', ARRAY[$1::uuid], 'SYSTEM', '{}', now())
"""


async def relayed(postgres: EmbeddedPostgres, events: int, rounds: int) -> str:
    """The report."""
    async with copied(postgres.url) as url:
        connection = await asyncpg.connect(url)
        try:
            rate = await _rate(url, connection, events)
            await _require_order(connection)
            found = await _with_writers(url, connection, rounds)
            await _require_order(connection)
        finally:
            await connection.close()
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    what = (
        f"{events:,} events of {SUBJECTS:,} objects got their positions at {rate:,.0f} a second, without a gap, and"
        f" those of each object in order. Then {WRITERS} writers, each of whom changes an object and tells of"
        f" it in one transaction, for {WRITER_SECONDS:g} s with the relay and without, {rounds} times; their events are"
        " in order, too."
    )
    return f"{load} {what}\n\n{_table(found)}\n"


def _table(found: list[tuple[float, float]]) -> str:
    ratios = [with_it / without for with_it, without in found]
    quarters = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    with_it, without = (statistics.median(one[way] for one in found) for way in (0, 1))
    heading: Row = ("transactions a second", "with the relay", "without", "ratio", "half of the rounds")
    row: Row = (
        f"{WRITERS} writers",
        f"{with_it:,.0f}",
        f"{without:,.0f}",
        f"{statistics.median(ratios):.2f}",
        f"{quarters[0]:.2f} to {quarters[2]:.2f}",
    )
    return table([heading, row])


async def _rate(url: str, connection: asyncpg.Connection, events: int) -> float:
    """Events in a second, from the moment at which the first has its position to the last."""
    await connection.execute(_FILL, events, SUBJECTS)
    await connection.execute("VACUUM (ANALYZE) outbox")
    async with _relay(url):
        waiting = await _waiting(connection, events - 1)
        started = time.perf_counter()
        await _waiting(connection, 0)
        return waiting / (time.perf_counter() - started)


async def _waiting(connection: asyncpg.Connection, most: int) -> int:
    """How many events wait, as soon as they are no more than that."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (waiting := int(await connection.fetchval(_WAITING))) > most:
            # Counting takes the relay's time.
            pause = min(0.2, waiting / 100_000)
            await asyncio.sleep(pause)
    return waiting


async def _with_writers(url: str, connection: asyncpg.Connection, rounds: int) -> list[tuple[float, float]]:
    """Transactions a second, with the relay and without, in each round."""
    gigs = [row["id"] for row in await connection.fetch("SELECT id FROM gigs ORDER BY id LIMIT $1", WRITERS)]
    found = []
    for number in range(rounds):
        print(f"Round {number + 1} of {rounds}", end="\r", file=sys.stderr, flush=True)
        without = await _written(url, gigs)
        async with _relay(url):
            # What the others have left comes first.
            await _waiting(connection, 0)
            with_it = await _written(url, gigs)
            await _waiting(connection, 0)
        found.append((with_it, without))
    return found


async def _written(url: str, gigs: list[UUID]) -> float:
    """Transactions a second of all writers."""
    ends_at = time.perf_counter() + WRITER_SECONDS

    async def write(gig: UUID) -> int:
        writer, count = await asyncpg.connect(url), 0
        try:
            while time.perf_counter() < ends_at:
                async with writer.transaction():
                    version = await writer.fetchval(_CHANGE, gig)
                    await writer.execute(_TELL, gig, version)
                count += 1
        finally:
            await writer.close()
        return count

    return sum(await asyncio.gather(*map(write, gigs))) / WRITER_SECONDS


async def _require_order(connection: asyncpg.Connection) -> None:
    """Raises UnsoundData where the positions of an object's events are not in the order in which they were written."""
    for what, query in (("events of an object are out of order", _OUT_OF_ORDER), ("positions are missing", _GAPS)):
        if count := await connection.fetchval(query):
            raise UnsoundData(f"{count} {what} after the relay.")


@asynccontextmanager
async def _relay(url: str) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with alone(MILEPOST, url, Path(folder)):
            yield
