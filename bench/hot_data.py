"""What the hot paths are driven over: organizations with credits, a limit and a meter, made anew for each run."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.data import url_of
from domain.actors import SYSTEM
from domain.credit_lots import LotSource
from domain.ids import new_id
from persistence import credit_accounts, credit_lots, reference_data
from persistence.database import Database
from persistence.unit import Unit, transact
from server.migrations import upgrade

_FOLDER = Path(__file__).with_name("data")
_BY_HAND = Path(__file__).with_name("hot_paths.sql")
FEW, MANY = 25, 500_000_000_000
"""In the lot that burns first, and in the other one, which no run uses up."""


async def made(server_url: str, organizations: int) -> str:
    """The URL of a database with so many clients, who are signed in and have all the same."""
    name = f"milepost_hot_{organizations}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    url = url_of(server_url, name)
    await upgrade(url)
    database = Database(url, pool_size=2)
    try:
        await transact(database, reference_data.ensure, by=SYSTEM, at=datetime.now(UTC))
        await _fill(url, organizations)
        for owner in await owners(url):
            await transact(database, partial(_give_credits, owner), by=SYSTEM, at=datetime.now(UTC))
    finally:
        await database.close()
    return url


async def owners(url: str) -> list[UUID]:
    """The clients, by the numbers in their tokens."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT id FROM organizations WHERE name LIKE 'Client %' ORDER BY id")
    finally:
        await connection.close()
    return [row["id"] for row in rows]


async def _fill(url: str, organizations: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        # 1_people.sql makes a hundredth of the gigs.
        await connection.execute("SELECT set_config('bench.gigs', $1, false)", str(organizations * 100))
        async with connection.transaction():
            for script in (_FOLDER / "1_people.sql", _FOLDER / "sessions.sql", _FOLDER / "hot_paths.sql", _BY_HAND):
                await connection.execute(script.read_text())
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def _give_credits(owner: UUID, db: Unit) -> None:
    account = await credit_accounts.locked(db, owner)
    for source, quantity in ((LotSource.PROMOTION, FEW), (LotSource.GRANT, MANY)):
        await credit_lots.open_lot(db, account, source=source, source_id=new_id(), quantity=quantity)
