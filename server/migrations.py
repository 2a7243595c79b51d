"""Migrations: bringing a database to this build's schema, and writing the next revision."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.database import sqlalchemy_url
from persistence.tables import metadata

_FOLDER = Path(__file__).parent.parent / "persistence" / "migrations"


@cache
def head_revision() -> str:
    """The one head of the migrations: the schema this build needs."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


async def upgrade(url: str) -> None:
    """Applies what is missing. Two processes may do so at once: the second waits and finds nothing to do."""
    await _with_connection(url, lambda config: command.upgrade(config, "head"))


async def create_revision(url: str, message: str) -> None:
    """Writes a new revision with the differences between the tables and the migrated database at `url`."""
    await _with_connection(url, lambda config: _written(config, message))


async def differences(url: str) -> list[str]:
    """What the tables say that the migrations do not; empty when they agree."""
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_compare)
    finally:
        await engine.dispose()


def _compare(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [str(difference) for difference in compare_metadata(context, metadata)]


def _written(config: Config, message: str) -> None:
    command.revision(config, message, autogenerate=True)


async def _with_connection(url: str, work: Callable[[Config], None]) -> None:
    engine: AsyncEngine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7021)")
            await connection.run_sync(lambda sync: work(_config(sync)))
    finally:
        await engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
