"""What live updates are measured over: a copy of the small data, with many members in a few organizations."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.data import Data, ensure_data, url_of

GIGS = 200
_DATABASE = "milepost_live"
_LISTENERS = Path(__file__).with_name("data") / "listeners.sql"
_EVENT = """
INSERT INTO outbox (id, type, subject_type, subject_id, subject_version, organization_ids, topics, actor_kind, data,
    occurred_at)
VALUES (gen_random_uuid(), 'invoice.looked_at', 'invoice', $1, $2, ARRAY[$3::uuid], ARRAY[$1, $3::uuid], 'SYSTEM', '{}',
    now())
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """An organization whose invoices are followed, and the one of them to which something happens."""

    place: int
    """Its number in the tokens of its members."""
    organization_id: UUID
    invoice_id: UUID
    version: int

    def token(self, number: int) -> str:
        return f"bench-live-{self.place}-{number}"

    async def happens(self, connection: asyncpg.Connection) -> None:
        """One event of the invoice, committed."""
        await connection.execute(_EVENT, self.invoice_id, self.version, self.organization_id)


@contextlib.asynccontextmanager
async def copied(server_url: str) -> AsyncIterator[str]:
    """The URL of a database of its own for as long as the block runs, as nothing that is written may stay."""
    source = url_of(server_url, Data(GIGS).database)
    await ensure_data(server_url, Data(GIGS))
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {_DATABASE} TEMPLATE {Data(GIGS).database}")
        yield source.replace(Data(GIGS).database, _DATABASE)
        await admin.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")
    finally:
        await admin.close()


async def gather(url: str, organizations: int, listeners: int) -> list[Followed]:
    """So many organizations with so many more members each, all signed in."""
    connection = await asyncpg.connect(url)
    try:
        for name, value in (("organizations", organizations), ("listeners", listeners)):
            await connection.execute("SELECT set_config($1, $2, false)", f"bench.{name}", str(value))
        await connection.execute(_LISTENERS.read_text())
        rows = await connection.fetch("SELECT * FROM followed ORDER BY place")
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    return [Followed(row["place"], row["organization_id"], row["invoice_id"], row["version"]) for row in rows]
