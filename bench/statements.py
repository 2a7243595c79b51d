"""Statements and their plans, from the log in which PostgreSQL writes them for as long as it is asked to."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from bench.driving import ask

COUNTING = {"log_statement": "all"}
EXPLAINABLE = {"session_preload_libraries": "auto_explain"}
"""For sessions that begin while this is set; what they run is explained while the next one is set, too."""
EXPLAINING = {"auto_explain.log_min_duration": "0"}

_STATEMENT = re.compile(r" LOG:  (?:statement|execute [^:]*): ")
_PLAN = re.compile(r" LOG:  duration: [\d.]+ ms  plan:\n((?:\t.*\n)+)")
_PATH = re.compile(
    r"(Seq Scan on \w+|(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) \w+|Sort(?=  \(cost))"
)


@asynccontextmanager
async def server_settings(server_url: str, settings: Mapping[str, str]) -> AsyncIterator[None]:
    """Sets them for the whole server inside the block."""
    connection = await asyncpg.connect(server_url)
    try:
        # Settings of a library can be set by those who have loaded it.
        await connection.execute("LOAD 'auto_explain'")
        await _set(connection, [f"ALTER SYSTEM SET {name} = '{value}'" for name, value in settings.items()])
        yield
    finally:
        await _set(connection, [f"ALTER SYSTEM RESET {name}" for name in settings])
        await connection.close()


async def statements_of(port: int, requests: Sequence[bytes], log: Path) -> int:
    """How many statements a request causes: the fewest, because workers ask for their own things now and then."""
    return min([len(_STATEMENT.findall(await _logged(port, one, log))) for one in requests])


async def paths_of(port: int, requests: Sequence[bytes], log: Path) -> list[str]:
    """By which indexes, scans and sorts the statements of a request find their rows; of the least disturbed one."""
    return min([_paths(await _logged(port, one, log)) for one in requests], key=len)


def _paths(logged: str) -> list[str]:
    # The planner's statements begin with the parent of each row; workers' do not.
    plans = [plan for plan in _PLAN.findall(logged) if " AS parent" in plan]
    return [path for plan in plans for path in _PATH.findall(plan)]


async def _logged(port: int, request: bytes, log: Path) -> str:
    with log.open() as file:
        file.seek(0, os.SEEK_END)
        await ask(port, [request])
        return file.read()


async def _set(connection: asyncpg.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        await connection.execute(statement)
    await connection.execute("SELECT pg_reload_conf()")
    # Each session notices between two statements.
    await asyncio.sleep(0.5)
