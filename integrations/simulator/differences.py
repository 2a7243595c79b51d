"""Making the simulator's report differ from what has happened, to rehearse what is found then and what to do."""

from uuid import UUID

import asyncpg

from domain.ids import new_id
from domain.money import Money
from domain.provider_reports import LineKind
from domain.rehearsals import Difference
from integrations.simulator.books import Books, move
from integrations.simulator.reports import DRIFT

_LINE = """
SELECT * FROM simulator_movements WHERE key = $1 AND kind = $2 ORDER BY id DESC LIMIT 1 FOR UPDATE
"""
_CHANGES = {
    Difference.MISSING: "DELETE FROM simulator_movements WHERE id = $1",
    Difference.AMOUNT: "UPDATE simulator_movements SET amount_minor = amount_minor + 1 WHERE id = $1",
    Difference.CURRENCY: """
        UPDATE simulator_movements SET currency = CASE currency WHEN 'USD' THEN 'EUR' ELSE 'USD' END WHERE id = $1
    """,
    Difference.FEE: "UPDATE simulator_movements SET fee_minor = fee_minor + 7 WHERE id = $1",
    Difference.DUPLICATE: """
        INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
        SELECT external_id || '_again', kind, key, amount_minor, currency, fee_minor, at
        FROM simulator_movements WHERE id = $1
    """,
    Difference.GIVEN_BACK: """
        INSERT INTO simulator_movements (external_id, kind, key, amount_minor, currency, fee_minor, at)
        SELECT external_id, CASE kind WHEN 'REFUND' THEN 'REFUND_FAILED' WHEN 'PAYOUT' THEN 'PAYOUT_RETURNED'
            ELSE 'CHARGEBACK' END, key, amount_minor, currency, 0, at
        FROM simulator_movements WHERE id = $1
    """,
}
_UNKNOWN = {
    Difference.UNKNOWN_CHARGE: LineKind.CHARGE,
    Difference.UNKNOWN_REFUND: LineKind.REFUND,
    Difference.UNKNOWN_PAYOUT: LineKind.PAYOUT,
}
_DRIFT = """
INSERT INTO simulator_movements (external_id, kind, amount_minor, currency, fee_minor, at)
VALUES ($1, $2, $3, $4, 0, $5)
"""


async def change_line(books: Books, difference: Difference, kind: LineKind, key: UUID) -> str | None:
    """Changes the line of what was moved with that key; its name, or None where there is no such line."""
    line: asyncpg.Record | None = await books.db.fetchrow(_LINE, key, kind.value)
    if line is None:
        return None
    await books.db.execute(_CHANGES[difference], line["id"])
    return str(line["external_id"])


async def invent(books: Books, difference: Difference, amount: Money) -> str:
    """Money that moved without anybody here knowing of it, with a line or, for a drift, without; its name."""
    external_id = f"sim_odd_{new_id().hex}"
    if difference is Difference.DRIFT:
        await books.db.execute(_DRIFT, external_id, DRIFT, amount.amount_minor, amount.currency, books.at)
    else:
        await move(books, _UNKNOWN[difference], external_id, None, amount)
    return external_id
