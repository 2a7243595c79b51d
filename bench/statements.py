"""Counting statements: PostgreSQL writes each of them to its log for as long as it is asked to."""

import asyncio
import os
import re
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from bench.driving import ask

_STATEMENT = re.compile(rb" LOG:  (?:statement|execute [^:]*): ")


@asynccontextmanager
async def logged(server_url: str) -> AsyncIterator[None]:
    """Inside the block every statement is logged."""
    connection = await asyncpg.connect(server_url)
    try:
        await _set(connection, "ALTER SYSTEM SET log_statement = 'all'")
        yield
        await _set(connection, "ALTER SYSTEM RESET log_statement")
    finally:
        await connection.close()


async def statements_of(port: int, requests: Sequence[bytes], log: Path) -> float:
    """How many statements a request causes: the median, because workers ask for their own things now and then."""
    counts = []
    for request in requests:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            await ask(port, [request])
            counts.append(len(_STATEMENT.findall(file.read())))
    return statistics.median(counts)


async def _set(connection: asyncpg.Connection, statement: str) -> None:
    await connection.execute(statement)
    await connection.execute("SELECT pg_reload_conf()")
    # Each session notices between two statements.
    await asyncio.sleep(0.5)
