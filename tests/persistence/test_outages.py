"""A database that goes away for a moment: it is told from one that refuses, and what rested meanwhile goes on."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from persistence.database import Database, is_congestion, is_outage
from tests.makers.outages import starting_database
from tests.world import World

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def ask(database: Database) -> int:
    async with database.reader() as session:
        return int((await session.execute(text("SELECT 1"))).scalar_one())


async def error_of(database: Database) -> Exception:
    try:
        await ask(database)
    except Exception as error:
        return error
    raise AssertionError("it answers")


async def test_one_that_is_starting_is_away() -> None:
    async with starting_database() as url:
        database = Database(url, pool_size=1)
        error = await error_of(database)
        await database.close()
    assert "the database system is starting up" in str(error)
    assert is_outage(error)


async def test_one_that_is_not_there_is_away() -> None:
    database = Database("postgres://milepost:none@127.0.0.1:1/milepost", pool_size=1)
    assert is_outage(await error_of(database))
    await database.close()


async def test_what_it_refuses_is_no_outage(world: World) -> None:
    async with world.database.reader() as session:
        with pytest.raises(Exception, match="does_not_exist") as caught:
            await session.execute(text("SELECT does_not_exist"))
    assert not is_outage(caught.value)
    assert not is_congestion(caught.value)


async def test_a_statement_that_waited_too_long_is_congestion_however_it_was_asked(world: World) -> None:
    with pytest.raises(asyncpg.QueryCanceledError) as caught:
        await world.database.fetch("SELECT pg_cancel_backend(pg_backend_pid())", [])
    assert is_congestion(caught.value)


async def test_connections_that_ended_at_rest_are_replaced_and_nobody_notices(world: World) -> None:
    database = Database(world.database.url, pool_size=4)
    try:
        await asyncio.gather(*(ask(database) for _ in range(4)))
        await database.fetch("SELECT 1", [])
        killer = await asyncpg.connect(database.url)
        await killer.execute(CUT)
        await killer.close()
        # What has ended is known once the loop has looked at its sockets.
        await asyncio.sleep(0.2)
        assert await asyncio.gather(*(ask(database) for _ in range(8))) == [1] * 8
        assert await database.fetch("SELECT 1", []) != []
    finally:
        await database.close()
