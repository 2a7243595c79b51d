"""What time brings at the simulator: the entries of its diary happen in order, each at its own instant."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from domain.simulator_settings import SimulatorSettings
from integrations.simulator import chargebacks, charges, payouts, refunds
from integrations.simulator.books import Books, connected, settings_of
from integrations.simulator.diary import Turn

_IS_DUE = "SELECT EXISTS (SELECT FROM simulator_diary WHERE due_at <= $1)"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('the diary of the simulator', 0))"
_TAKE = """
DELETE FROM simulator_diary WHERE id = (
    SELECT id FROM simulator_diary WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1
) RETURNING due_at, turn, subject
"""

TURNS: Mapping[Turn, Callable[[Books, str], Awaitable[Any]]] = {
    Turn.CHARGE_IS_TAKEN: charges.is_taken_at_last,
    Turn.CHARGE_FAILS: charges.fails_at_last,
    Turn.CHARGE_LAPSES: charges.lapses,
    Turn.BANK_ASKS: chargebacks.bank_asks,
    Turn.BANK_TAKES: chargebacks.bank_takes,
    Turn.EVIDENCE_IS_DUE: chargebacks.evidence_is_due,
    Turn.BANK_DECIDES: chargebacks.bank_decides,
    Turn.REFUND_ARRIVES: refunds.arrives,
    Turn.PAYOUT_ARRIVES: payouts.arrives,
    Turn.PAYOUT_COMES_BACK: payouts.comes_back,
}


@asynccontextmanager
async def opened(database_url: str, at: datetime) -> AsyncIterator[Books]:
    """The books at an instant, with all that has fallen due; what the block writes is one transaction."""
    async with connected(database_url) as db:
        settings = await settings_of(db)
        await catch_up(db, settings, at)
        async with db.transaction():
            yield Books(db, settings, at)


async def opened_within(db: asyncpg.Connection, at: datetime) -> Books:
    """The same in a transaction that somebody else has begun and will end."""
    settings = await settings_of(db)
    await catch_up(db, settings, at)
    return Books(db, settings, at)


async def catch_up(db: asyncpg.Connection, settings: SimulatorSettings, at: datetime) -> int:
    """Lets everything happen that has fallen due by then, in order, whoever asks for it at the same time."""
    happened = 0
    while await db.fetchval(_IS_DUE, at) and await _let_one_happen(db, settings, at):
        happened += 1
    return happened


async def _let_one_happen(db: asyncpg.Connection, settings: SimulatorSettings, at: datetime) -> bool:
    async with db.transaction():
        await db.execute(_ONE_AT_A_TIME)
        entry = await db.fetchrow(_TAKE, at)
        if entry is None:
            return False
        await TURNS[Turn(entry["turn"])](Books(db, settings, entry["due_at"]), entry["subject"])
        return True
