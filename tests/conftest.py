"""Fixtures: a real PostgreSQL for the session, a migrated clone per worker, rows deleted between tests."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from domain.actors import SYSTEM
from integrations.mail import FolderMail, use_mailer
from persistence import reference_data
from persistence.database import Database
from persistence.migrate import migrate
from persistence.tables import metadata
from persistence.unit import unit_of_work
from server.clock import Clock
from server.embedded import temporary_postgres
from tests.client import Client
from tests.world import World

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
_TABLES = [table.name for table in reversed(metadata.sorted_tables)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The server's own URL: shared by all workers of a run, removed by the last."""
    with temporary_postgres(_RUN) as server:
        yield server.url


@pytest.fixture(scope="session")
async def database(postgres: str) -> AsyncIterator[Database]:
    """A migrated database of this worker's own."""
    name = f"test_{_WORKER}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    url = postgres.replace("/milepost?", f"/{name}?")
    await migrate(url)
    database = Database(url, pool_size=25)
    yield database
    await database.close()


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """An empty platform with a movable clock; see tests/world.py for what it can make."""
    await _empty(database)
    clock = Clock()
    async with unit_of_work(database, by=SYSTEM, at=clock.now()) as db:
        await reference_data.ensure(db)
    async with Client.serving(database, clock) as client:
        use_mailer(FolderMail(tmp_path / "mail"))
        yield World(database=database, clock=clock, client=client, mail_folder=tmp_path / "mail")


async def _empty(database: Database) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(";".join(f"DELETE FROM {name}" for name in _TABLES))
    finally:
        await connection.close()
