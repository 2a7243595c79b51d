"""Power cuts: server and database are killed together in the middle of 200 mutations, three times.

What was acknowledged is there exactly once, the books hold, and nothing is stuck.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from server.embedded import EmbeddedPostgres
from server.postgres_leftovers import marked_processes
from server.seed import STAFF_EMAIL
from tests.server.chains import NORA, Told
from tests.server.load import AT_ONCE, Load, begin, client
from tests.server.serving import Server, data_directory, run, serving

ROUNDS = 3
BEFORE_A_KILL = 100
AHEAD = 40
"""Chains that go ahead of the others, so that there are some at every step when the first kill comes."""

QUIET = {"MILEPOST_LOG_LEVEL": "warning", "MILEPOST_POOL_SIZE": "20"}
ADVANCE = "mutation($input: AdvanceClockInput!) { advanceClock(input: $input) { ... on Refusal { message } } }"
LIVE_PAYMENTS = "{ payments(filter: {status: [CREATED, PROCESSING, UNKNOWN]}) { totalCount } }"
STATUS_CHANGES = """
SELECT subject_id, action, count(*) AS times FROM status_changes
WHERE subject_id = ANY($1::uuid[]) GROUP BY subject_id, action
"""
MADE_TWICE = """
SELECT title FROM gigs WHERE title LIKE 'Chain %' GROUP BY title HAVING count(*) > 1
UNION ALL SELECT description FROM invoice_lines WHERE description LIKE 'Chain %'
    GROUP BY description HAVING count(*) > 1
UNION ALL SELECT gig_id::text FROM proposals GROUP BY gig_id HAVING count(*) > 1
UNION ALL SELECT p.invoice_id::text FROM payments p JOIN payment_attempts a ON a.payment_id = p.id
    JOIN simulator_charges c ON c.key = a.id WHERE c.decline_code IS NULL GROUP BY p.invoice_id HAVING count(*) > 1
"""
STUCK = """
SELECT (SELECT count(*) FROM outbox WHERE position IS NULL) AS unplaced,
    (SELECT count(*) FROM outbox_reactions WHERE done_at IS NULL AND dead_at IS NULL) AS undone,
    (SELECT count(*) FROM outbox_reactions WHERE dead_at IS NOT NULL) AS dead
"""


async def test_no_acknowledged_mutation_is_lost_or_done_twice_by_power_cuts() -> None:
    with data_directory() as data_dir:
        async with serving(data_dir, **QUIET) as server:
            load = await begin(server)
            await load.work(server.url, mutations=4 * AHEAD, chains=AHEAD)
            await load.work_until(server.url, mutations=BEFORE_A_KILL, kill=power_cut(server, data_dir))
        for _ in range(ROUNDS - 1):
            async with serving(data_dir, **QUIET) as server:
                await everything_told_is_there_once(server, data_dir, load)
                await load.work_until(server.url, mutations=BEFORE_A_KILL, kill=power_cut(server, data_dir))
        async with serving(data_dir, **QUIET) as server:
            await everything_told_is_there_once(server, data_dir, load)
            await load.work(server.url, mutations=AHEAD, chains=AHEAD)
            await all_payments_end(server, load)
            await nothing_is_stuck(data_dir)
            assert await server.end() == 0
        code, output = await run(data_dir, "check-books")
        assert code == 0, output


def power_cut(server: Server, data_dir: Path) -> Callable[[], None]:
    """Kills server, database and the database's guard within a moment."""
    postmaster = int((data_dir / "data/postmaster.pid").read_text().split()[0])
    guard = int(Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()[1])
    found = data_dir.stat()

    def kill() -> None:
        backends = marked_processes(f"milepost-{found.st_dev:x}-{found.st_ino:x}")
        for pid in (guard, server.process.pid, postmaster, *backends):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    return kill


async def everything_told_is_there_once(server: Server, data_dir: Path, load: Load) -> None:
    async with sql(data_dir) as connection:
        await adopt_what_nobody_was_told(connection, load)
        rows = await connection.fetch(STATUS_CHANGES, [uuid_of(told.object_id) for told in load.told])
        twice = await connection.fetch(MADE_TWICE)
    times = {(row["subject_id"], row["action"]): row["times"] for row in rows}
    lost = [told for told in load.told if times.get((uuid_of(told.object_id), told.step.mutation)) != 1]
    assert (lost, twice) == ([], [])
    await keys_are_replayed(server, load, [told for told in load.told[load.repeated :] if told.step.is_keyed])
    load.repeated = len(load.told)


async def adopt_what_nobody_was_told(connection: asyncpg.Connection, load: Load) -> None:
    """A gig made without a key, whose answer was lost: it would be made twice if it were just sent again."""
    for chain in load.slots:
        step = chain.pending
        if step is not None and step.mutation == "createGig" and not step.is_keyed:
            made = await connection.fetchval("SELECT id FROM gigs WHERE title = $1", step.input["title"])
            if made is not None:
                chain.answered({"gig": {"id": f"gig_{made.hex}"}})


async def keys_are_replayed(server: Server, load: Load, told: Sequence[Told]) -> None:
    """A repeat of what was acknowledged names the same object and, where it has a word for it, says so."""
    free = asyncio.Semaphore(AT_ONCE)
    async with client(server.url) as http:

        async def repeat(one: Told) -> None:
            async with free:
                result = await load.send(http, one.step)
            while result.get("code") == "RATE_LIMITED":
                await asyncio.sleep(0.5)
                result = await load.send(http, one.step)
            assert result.get("replayed", True) is True, (one, result)
            assert result[one.step.subject]["id"] == one.object_id

        load.is_over = False
        await asyncio.gather(*(repeat(one) for one in told))


async def all_payments_end(server: Server, load: Load) -> None:
    """Answers that were lost are asked for by and by: the platform clock goes ahead until all are known."""
    nora, staff = load.tokens[NORA], load.tokens[STAFF_EMAIL]
    left: list[int] = []
    for minutes in (1, 15, 60, 12 * 60, 48 * 60):
        now = datetime.fromisoformat((await server.ask(staff, "{ clock { now } }"))["clock"]["now"])
        to = (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (await server.ask(staff, ADVANCE, input={"to": to}))["advanceClock"] == {}
        for _ in range(20):
            left.append((await server.ask(nora, LIVE_PAYMENTS))["payments"]["totalCount"])
            if left[-1] == 0:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"there are payments without an end: {left}")


async def nothing_is_stuck(data_dir: Path) -> None:
    """Every event has its place and all that follows from it is done."""
    async with sql(data_dir) as connection:
        for _ in range(100):
            found = dict(await connection.fetchrow(STUCK))
            if not any(found.values()):
                return
            await asyncio.sleep(0.1)
    raise AssertionError(found)


@asynccontextmanager
async def sql(data_dir: Path) -> AsyncIterator[asyncpg.Connection]:
    """The server's database, looked at from outside."""
    with EmbeddedPostgres(data_dir) as database:
        connection = await asyncpg.connect(database.url)
        try:
            yield connection
        finally:
            await connection.close()


def uuid_of(object_id: str) -> UUID:
    return UUID(object_id.partition("_")[2])
