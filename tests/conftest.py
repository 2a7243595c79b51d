"""Fixtures: a real PostgreSQL for the session, a migrated clone per worker, rows deleted between tests."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import structlog

from integrations.archive import FolderArchive, use_archive
from integrations.file_links import FileLinks
from integrations.files import use_files
from integrations.local_files import LocalFiles
from integrations.mail import FolderMail, use_mailer
from integrations.push import FolderPush, use_pusher
from integrations.scanners import NoScanner, use_scanner
from integrations.vault import vault_in_use
from jobs.webhook_bodies import use_writer
from persistence.database import Database
from persistence.wakeups import Wakeups
from resolvers.context import Platform
from server.clock import Clock
from server.embedded import temporary_postgres
from server.migrations import database_at, upgrade
from server.webhook_bodies import WebhookBodies
from tests.client import Client
from tests.makers.emptiness import empty
from tests.stand_in_counts import StandInCounts, outside
from tests.world import World

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
_TEMPLATE = "template_milepost"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(StandInCounts())


@pytest.fixture(scope="session", autouse=True)
def nothing_is_outside_of_what_companies_describe() -> Iterator[None]:
    """Whatever test used a stand-in: all requests, answers and events were such as its company describes."""
    yield
    assert outside() == []


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """To draw the variables of every frame takes longer than most tests."""
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The server's own URL: shared by all workers of a run, removed by the last."""
    with temporary_postgres(_RUN) as server:
        yield server.url


@pytest.fixture(scope="session")
async def database(postgres: str) -> AsyncIterator[Database]:
    """A database of this worker's own: a copy of the template that the first worker of the run has migrated."""
    name = f"test_{_WORKER}"
    admin = await asyncpg.connect(postgres)
    try:
        await admin.execute("SELECT pg_advisory_lock(1)")
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", _TEMPLATE):
            await admin.execute(f"CREATE DATABASE {_TEMPLATE}")
            await upgrade(database_at(postgres, _TEMPLATE))
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    finally:
        await admin.close()
    database = Database(database_at(postgres, name), pool_size=25)
    yield database
    await database.close()


@pytest.fixture
async def new_database(postgres: str) -> AsyncIterator[str]:
    """The URL of an empty database, without the tests' tables."""
    name = f"new_{uuid4().hex}"
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"CREATE DATABASE {name}")
    yield database_at(postgres, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def _next_tuesday(now: datetime) -> datetime:
    """At ten in the morning: no test passes or fails by the hour or the day of the week at which it runs."""
    tuesday = now + timedelta(days=7 - (now.weekday() - 1) % 7)
    return tuesday.replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def has_limits() -> bool:
    """Whether organizations have the free plan as it is sold; where limits are not what it is about, it has none."""
    return False


@pytest.fixture
async def world(database: Database, tmp_path: Path, has_limits: bool) -> AsyncIterator[World]:
    """An empty platform with a movable clock; see tests/world.py for what it can make."""
    clock = Clock()
    clock.advance(_next_tuesday(clock.now()) - clock.now())
    await empty(database, clock, has_limits=has_limits)
    async with Client.serving(database, clock) as client:
        use_mailer(FolderMail(tmp_path / "mail"))
        use_pusher(FolderPush(tmp_path / "push"))
        use_archive(FolderArchive(tmp_path / "audit"))
        use_writer(WebhookBodies(Platform(database, clock.now, Wakeups(database))).write)
        use_files(LocalFiles(tmp_path / "files", FileLinks(vault_in_use(), "http://t")))
        use_scanner(NoScanner())
        yield World(database=database, clock=clock, client=client, mail_folder=tmp_path / "mail")
