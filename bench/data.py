"""The data that everybody reads: built once for each size, by the SQL in data/, and kept for the next run."""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg

from domain.actors import SYSTEM
from persistence import reference_data
from persistence.database import Database
from persistence.unit import transact
from server.books import check_books_command
from server.clock import Clock
from server.migrations import FOLDER as MIGRATIONS
from server.migrations import upgrade

FULL_SIZE = 20_000
"""Gigs; everything else follows: 80,000 milestones and invoices, 240,000 tasks and lines, 500,000 ledger entries."""

_FOLDER = Path(__file__).with_name("data")
_COUNT = """
SELECT (SELECT count(*) FROM gigs) AS gigs, (SELECT count(*) FROM milestones) AS milestones,
    (SELECT count(*) FROM tasks) AS tasks, (SELECT count(*) FROM invoices) AS invoices,
    (SELECT count(*) FROM invoice_lines) AS lines, (SELECT count(*) FROM ledger_entries) AS entries
"""
_MOST_WATCHED = 2_000
"""Gigs; more are inserted by the same SQL while triggers and foreign keys look away, which halves the time."""
_UNWATCHED = "SET session_replication_role = replica"


class UnsoundData(RuntimeError):
    """The built data breaks a rule of the books."""


@dataclass(frozen=True, slots=True)
class Data:
    """So many gigs with all that belongs to them; without money where only work is looked at."""

    gigs: int
    has_money: bool = True

    @property
    def scripts(self) -> list[Path]:
        names = ["1_people.sql", "2_work.sql", *(["3_deliveries.sql", "4_money.sql"] if self.has_money else [])]
        return [_FOLDER / name for name in names]

    @property
    def family(self) -> str:
        """What the databases of this size have in common, whatever the version of the scripts that made them."""
        return f"bench_{'all' if self.has_money else 'work'}_{self.gigs}_"

    @property
    def database(self) -> str:
        """Changes with the scripts and with the tables, so that no run meets the data of other ones."""
        sources = self.scripts + sorted((MIGRATIONS / "versions").glob("*.py"))
        return self.family + hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


async def ensure_data(server_url: str, data: Data) -> str:
    """The URL of its database, built now if no earlier run did; everybody in it is signed in."""
    admin = await asyncpg.connect(server_url)
    try:
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", data.database):
            print(f"Building the data of {data.gigs:,} gigs ...", flush=True)
            await _build(admin, server_url, data)
    finally:
        await admin.close()
    url = url_of(server_url, data.database)
    await _sign_in(url)
    return url


@contextlib.asynccontextmanager
async def empty_data(server_url: str) -> AsyncIterator[str]:
    """The URL of a database without anything, which is dropped at the end."""
    name, admin = f"bench_empty_{uuid4().hex}", await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield url_of(server_url, name)
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


def clients_of(gigs: int) -> int:
    """How many clients, and how many freelancers, 1_people.sql makes for so many gigs."""
    return max(2, gigs // 100)


async def counts(url: str) -> dict[str, int]:
    """How many rows the tables hold that the size is told by."""
    connection = await asyncpg.connect(url)
    try:
        return dict(await connection.fetchrow(_COUNT))
    finally:
        await connection.close()


async def _build(admin: asyncpg.Connection, server_url: str, data: Data) -> None:
    """Under another name until it is complete and sound."""
    await _drop_older(admin, data)
    unfinished = f"{data.database}_unfinished"
    await admin.execute(f"CREATE DATABASE {unfinished}")
    url = url_of(server_url, unfinished)
    await upgrade(url)
    database = Database(url, pool_size=1)
    await transact(database, reference_data.ensure, by=SYSTEM, at=Clock().now())
    await database.close()
    await _fill(url, data)
    if data.has_money and await check_books_command(url):
        raise UnsoundData(f"The scripts in {_FOLDER} write books that do not hold: see above.")
    await admin.execute(f"ALTER DATABASE {unfinished} RENAME TO {data.database}")


async def _drop_older(admin: asyncpg.Connection, data: Data) -> None:
    for row in await admin.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", data.family):
        # Another run may still be reading it.
        with contextlib.suppress(asyncpg.ObjectInUseError):
            await admin.execute(f"DROP DATABASE {row['datname']}")


async def _fill(url: str, data: Data) -> None:
    """The size that CI tries is inserted under all triggers and constraints of Milepost."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT set_config('bench.gigs', $1, false)", str(data.gigs))
        if data.gigs > _MOST_WATCHED:
            await connection.execute(_UNWATCHED)
        async with connection.transaction():
            for script in data.scripts:
                await connection.execute(script.read_text())
            # The triggers that wait for the commit look up what was inserted, by plans that statistics decide on.
            await connection.execute("ANALYZE")
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def _sign_in(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute((_FOLDER / "sessions.sql").read_text())
    finally:
        await connection.close()


def url_of(server_url: str, database: str) -> str:
    return server_url.replace("/milepost?", f"/{database}?")
