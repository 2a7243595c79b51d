"""Migrations: bringing a database to this build's schema, and telling whether tables and migrations agree."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from persistence.database import sqlalchemy_url
from persistence.tables import metadata
from server.settings import CannotRun

FOLDER = Path(__file__).parent.parent / "persistence" / "migrations"

_NAMED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)
_CONNECT_SECONDS = 10
_LOCK = "SELECT pg_advisory_xact_lock(7021)"
_CATALOG = """
SELECT 'column ' || c.relname || '.' || a.attname AS name,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        nullif(a.attidentity, ''), pg_get_expr(d.adbin, d.adrelid)) AS definition
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


@cache
def head_revision() -> str:
    """The one head of the migrations: the schema this build needs. Read from the files: Alembic takes long to load."""
    heads = heads_of(path.read_text() for path in (FOLDER / "versions").glob("*.py"))
    if len(heads) != 1:
        raise RuntimeError(f"there must be one head of the migrations; there are {len(heads)}: {sorted(heads)}")
    return heads.pop()


def heads_of(scripts: Iterable[str]) -> set[str]:
    """The revisions that no other one follows."""
    found = [dict(_NAMED.findall(script)) for script in scripts]
    return {one["revision"] for one in found} - {one["down_revision"] for one in found}


def is_served(applied: str | None) -> bool:
    """Whether this build can work on a database at that revision: its own, or that of a later release, which only
    adds to it. Without the second, the first process of a new release would end all others."""
    return applied is not None and applied.isdecimal() and int(applied) >= int(head_revision())


async def upgrade(url: str) -> bool:
    """Applies what is missing; False when nothing was. Two processes may do so at once: the second waits."""
    if is_served(await _applied_revision(url)):
        return False
    from server import revisions

    async with _locked(url) as connection:
        return await connection.run_sync(revisions.apply)


async def require_schema(url: str) -> None:
    """CannotRun on a database that lacks something of this build's schema, for processes that do not migrate."""
    applied = await _applied_revision(url)
    if not is_served(applied):
        here = f"is at revision {applied}" if applied else "is empty"
        raise CannotRun(f"The database {here}; this build needs {head_revision()}. Run `python -m server migrate`.")


async def create_revision(url: str, message: str, statements: Iterable[str]) -> Path:
    """Writes a revision: what the tables have and the empty database at `url` lacks, then the SQL statements."""
    from server import revisions

    if any((FOLDER / "versions").glob("*.py")):
        await upgrade(url)
    async with _locked(url) as connection:
        return await connection.run_sync(revisions.write, message, list(statements))


async def differences(server_url: str) -> list[str]:
    """What differs between a migrated database and one made of the tables as they are declared, both new here."""
    async with _new_database(server_url, "migrated") as migrated, _new_database(server_url, "declared") as declared:
        await upgrade(migrated)
        await _create_declared(declared)
        is_so, should_be = await catalog(migrated), await catalog(declared)
    return [
        f"{name}: migrations make {is_so.get(name, 'nothing')}, tables declare {should_be.get(name, 'nothing')}"
        for name in sorted(is_so.keys() | should_be.keys())
        if is_so.get(name) != should_be.get(name)
    ]


def database_at(server_url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction that no other migration runs beside."""
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(_LOCK)
            yield connection
    finally:
        await engine.dispose()


async def _applied_revision(url: str) -> str | None:
    async with _connected(url) as connection:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotRun(f"The database cannot be reached: {error or type(error).__name__}") from None
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _new_database(server_url: str, name: str) -> AsyncIterator[str]:
    async with _connected(server_url) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            yield database_at(server_url, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _create_declared(url: str) -> None:
    async with _locked(url) as connection:
        await connection.run_sync(metadata.create_all)


async def catalog(url: str) -> dict[str, str]:
    """Columns, constraints and indexes as PostgreSQL itself words them, apart from Alembic's own."""
    async with _connected(url) as connection:
        rows = await connection.fetch(_CATALOG)
    return {row["name"]: row["definition"] for row in rows if "alembic_version" not in row["name"]}
