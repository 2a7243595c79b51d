"""Books of growing size: how long checking them takes, how long writing them as a file, and in how much memory."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bench.data import UnsoundData, url_of
from bench.tables import Row, table
from persistence.books import rules
from persistence.database import Database
from server.embedded import EmbeddedPostgres
from server.migrations import upgrade

SIZES = (10_000, 100_000, 1_000_000)
_SCRIPT = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True, slots=True)
class _Run:
    """One command over the books, in a process of its own."""

    seconds: float
    peak_mb: float


async def checked(postgres: EmbeddedPostgres, sizes: Sequence[int]) -> str:
    """The report."""
    rows: list[Row] = [("entries", "check-books", "memory", "export-ledger", "memory")]
    slowest: list[str] = []
    for entries in sizes:
        url, count = await made_books(postgres.url, entries)
        check = await _run(url, "check-books")
        export = await _run(url, "export-ledger", "--format", "jsonl", "-o", os.devnull)
        rows.append((f"{count:,}", *_cells(check), *_cells(export)))
        slowest = await _slowest(url)
    load = f"The load of the machine was {os.getloadavg()[2]:.1f} in the last 15 minutes, our own included."
    return "\n\n".join(
        (load, table(rows, texts=0), f"The slowest rules over the largest books: {', '.join(slowest)}.\n")
    )


def _cells(run: _Run) -> tuple[str, str]:
    return f"{run.seconds:.1f} s", f"{run.peak_mb:.0f} MB"


async def made_books(server_url: str, entries: int) -> tuple[str, int]:
    """The URL of a database with new books of about so many entries, and how many they are."""
    name = f"milepost_books_{entries}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    url = url_of(server_url, name)
    await upgrade(url)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(_SCRIPT.read_text().replace("$1", str(entries)))
        await connection.execute("VACUUM ANALYZE")
        return url, await connection.fetchval("SELECT count(*) FROM ledger_entries")
    finally:
        await connection.close()


async def _run(url: str, *command: str) -> _Run:
    """The command's time and the most memory it had; the books must be sound."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import resource, sys; from server.commands import main; code = main(sys.argv[1:]);"
        " print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)",
        *command,
        env={**os.environ, "MILEPOST_DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise UnsoundData(f"{' '.join(command)} fails on books made for it:\n{said.decode()}")
    peak = re.search(r"peak (\d+)", said.decode())
    return _Run(seconds, int(peak[1]) / 1024 if peak else 0)


async def _slowest(url: str, most: int = 5) -> list[str]:
    """The rules that take longest, with their seconds."""
    database, times = Database(url, pool_size=1), []
    try:
        async with database.snapshot() as connection:
            for rule in rules():
                began = time.perf_counter()
                await connection.execute(rule.statement(), rule.parameters(datetime.now(UTC)))
                times.append((time.perf_counter() - began, rule.code))
    finally:
        await database.close()
    return [f"{code} {seconds:.2f} s" for seconds, code in sorted(times, reverse=True)[:most]]
