"""The simulator's books: opened through a connection of their own, with all that has fallen due by then."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.provider_reports import LineKind
from domain.simulator_settings import SimulatorSettings

# As text: what a connection makes of JSON depends on who has opened it.
_SETTINGS = "SELECT settings::text FROM simulator_settings"
_CONFIGURE = """
INSERT INTO simulator_settings (id, settings) VALUES (1, $1::text::jsonb)
ON CONFLICT (id) DO UPDATE SET settings = excluded.settings
"""
_COUNT_ANEW = "DELETE FROM simulator_ordinals"
_MOVE = """
INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


@dataclass(frozen=True, slots=True)
class Books:
    """Open books, and the instant at which something is written into them."""

    db: asyncpg.Connection
    settings: SimulatorSettings
    at: datetime


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside all transactions of Milepost's, as a company elsewhere would have it."""
    connection = await asyncpg.connect(database_url, server_settings={"application_name": "milepost simulator"})
    try:
        yield connection
    finally:
        await connection.close(timeout=1)


async def settings_of(db: asyncpg.Connection) -> SimulatorSettings:
    """The settings in force; those of the beginning where nobody has set any."""
    found = await db.fetchval(_SETTINGS)
    return SimulatorSettings(**json.loads(found)) if found is not None else SimulatorSettings()


async def configure(db: asyncpg.Connection, settings: SimulatorSettings) -> None:
    """From now on these settings count, and objects are counted anew: the next charge is the first."""
    await db.execute(_CONFIGURE, json.dumps(settings.document()))
    await db.execute(_COUNT_ANEW)


async def move(
    books: Books, kind: LineKind, external_id: str, key: UUID | None, amount: Money, *, fee_minor: int = 0
) -> None:
    """Writes down that money has moved, at the instant of the books."""
    line = (external_id, kind.value, key, amount.amount_minor, amount.currency, fee_minor, books.at)
    await books.db.execute(_MOVE, *line)
