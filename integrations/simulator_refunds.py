"""The simulator's refunds: of what its own books say was charged, done the way the card's token says."""

from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from integrations.payments import Declined, NoAnswer, NotFound, Refunded, RefundFinding, Refunding, UnderWay

DECLINE_CODE = "REFUND_DECLINED"
LATE = timedelta(hours=1)
"""How long a late refund takes until anything is known of it but that it is under way."""

_CHARGE = """
SELECT token, amount_minor - coalesce((
    SELECT sum(amount_minor) FROM simulator_refunds WHERE charge_id = provider_id AND decline_code IS NULL AND key <> $2
), 0) AS left_minor
FROM simulator_charges WHERE provider_id = $1 AND decline_code IS NULL FOR UPDATE
"""
_ENTER = """
INSERT INTO simulator_refunds (key, provider_id, charge_id, amount_minor, currency, decline_code, at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_LOOK_UP = """
SELECT r.provider_id, r.amount_minor, r.currency, r.decline_code, r.at, c.token
FROM simulator_refunds r JOIN simulator_charges c ON c.provider_id = r.charge_id WHERE r.key = $1
"""
_TOTAL = """
SELECT coalesce(sum(amount_minor), 0)::bigint FROM simulator_refunds WHERE currency = $1 AND decline_code IS NULL
"""


class RefundToken(Enum):
    """Cards that are charged without ado; each forces one case when the money shall go back."""

    DECLINE = "sim_refund_decline"
    TIMEOUT_DONE = "sim_refund_timeout_done"
    TIMEOUT_NOT_DONE = "sim_refund_timeout_not_done"
    LATE = "sim_refund_late"


async def refund(books: asyncpg.Connection, refunding: Refunding) -> RefundFinding:
    """Enters a refund once per key; never more than is left of the charge, whoever asks at the same time."""
    async with books.transaction():
        charge = await books.fetchrow(_CHARGE, refunding.charge_id, refunding.key)
        if charge is None:
            return Declined(code="NO_SUCH_CHARGE")
        if charge["token"] == RefundToken.TIMEOUT_NOT_DONE.value:
            return NoAnswer(reason="timeout")
        amount = refunding.amount
        code = DECLINE_CODE if charge["token"] == RefundToken.DECLINE.value else None
        code = "MORE_THAN_CHARGED" if amount.amount_minor > charge["left_minor"] else code
        provider_id = f"sim_re_{refunding.key.hex}"
        row = (provider_id, refunding.charge_id, amount.amount_minor, amount.currency, code, refunding.at)
        await books.execute(_ENTER, refunding.key, *row)
    if charge["token"] == RefundToken.TIMEOUT_DONE.value:
        return NoAnswer(reason="timeout")
    return await find(books, refunding.key, refunding.at)


async def find(books: asyncpg.Connection, key: UUID, at: datetime) -> RefundFinding:
    """What the books say of a refund at an instant."""
    row = await books.fetchrow(_LOOK_UP, key)
    if row is None:
        return NotFound()
    if row["decline_code"] is not None:
        return Declined(code=row["decline_code"])
    if row["token"] == RefundToken.LATE.value and at < row["at"] + LATE:
        return UnderWay(provider_id=row["provider_id"])
    return Refunded(provider_id=row["provider_id"], amount=Money(row["amount_minor"], row["currency"]))


async def total(books: asyncpg.Connection, currency: str) -> int:
    return int(await books.fetchval(_TOTAL, currency))
