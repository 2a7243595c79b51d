"""The data that everybody reads: built once for each size, by the SQL in data/, and kept for the next run."""

import hashlib
from pathlib import Path

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
_ALL = ("1_people.sql", "2_work.sql", "3_money.sql")
_WORK_ONLY = ("1_people.sql", "2_work.sql")
_COUNT = """
SELECT (SELECT count(*) FROM gigs) AS gigs, (SELECT count(*) FROM milestones) AS milestones,
    (SELECT count(*) FROM tasks) AS tasks, (SELECT count(*) FROM invoices) AS invoices,
    (SELECT count(*) FROM invoice_lines) AS lines, (SELECT count(*) FROM ledger_entries) AS entries
"""


class UnsoundData(RuntimeError):
    """The built data breaks a rule of the books."""


async def ensure_data(server_url: str, gigs: int, *, with_money: bool = True) -> str:
    """The URL of a database of that size, built now if no earlier run did; everybody in it is signed in."""
    scripts = _ALL if with_money else _WORK_ONLY
    name = f"bench_{gigs}_{_version_of(scripts)}"
    url = url_of(server_url, name)
    admin = await asyncpg.connect(server_url)
    try:
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await _build(admin, server_url, name, scripts, gigs)
    finally:
        await admin.close()
    await _sign_in(url)
    return url


def url_of(server_url: str, database: str) -> str:
    return server_url.replace("/milepost?", f"/{database}?")


async def counts(url: str) -> dict[str, int]:
    """How many rows the tables hold that the size is told by."""
    connection = await asyncpg.connect(url)
    try:
        return dict(await connection.fetchrow(_COUNT))
    finally:
        await connection.close()


def _version_of(scripts: tuple[str, ...]) -> str:
    """Changes with the scripts and with the tables, so that no run meets the data of other ones."""
    sources = [_FOLDER / script for script in scripts] + sorted((MIGRATIONS / "versions").glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


async def _build(admin: asyncpg.Connection, server_url: str, name: str, scripts: tuple[str, ...], gigs: int) -> None:
    """Under another name until it is complete. All triggers and constraints of Milepost watch what is inserted."""
    unfinished = f"{name}_unfinished"
    await admin.execute(f"DROP DATABASE IF EXISTS {unfinished}")
    await admin.execute(f"CREATE DATABASE {unfinished}")
    url = url_of(server_url, unfinished)
    await upgrade(url)
    database = Database(url, pool_size=1)
    await transact(database, reference_data.ensure, by=SYSTEM, at=Clock().now())
    await database.close()
    await _fill(url, scripts, gigs)
    if await check_books_command(url):
        raise UnsoundData(f"The scripts in {_FOLDER} write books that do not hold: see above.")
    await admin.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")


async def _fill(url: str, scripts: tuple[str, ...], gigs: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT set_config('bench.gigs', $1, false)", str(gigs))
        async with connection.transaction():
            for script in scripts:
                await connection.execute((_FOLDER / script).read_text())
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
