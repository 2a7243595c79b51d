"""The simulator's chargebacks: cards whose bank asks for the money back a day after it was taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

import asyncpg

from domain.money import Money
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NoAnswer, NotFound

OPENED_AFTER = timedelta(days=1)
WARNED_FOR = timedelta(days=2)
ANSWER_WITHIN = timedelta(days=7)
REVIEWED_FOR = timedelta(days=3)
UNCONVINCING = "sim_unconvincing"
"""Evidence with this word in it loses; any other wins."""

_REASON = "FRAUDULENT"
_ENTER = """
INSERT INTO simulator_chargebacks (external_id, charge_id, opened_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_OPENED = """
SELECT d.*, c.key, c.token, c.amount_minor, c.currency, (
    SELECT min(r.at) FROM simulator_refunds r WHERE r.charge_id = c.provider_id AND r.decline_code IS NULL
) AS refunded_at
FROM simulator_chargebacks d JOIN simulator_charges c ON c.provider_id = d.charge_id
WHERE d.opened_at <= $1 ORDER BY d.opened_at, d.external_id
"""
_ANSWER = """
UPDATE simulator_chargebacks SET answered_at = $3, evidence = $2 WHERE external_id = $1 AND answered_at IS NULL
"""
_IS_KNOWN = "SELECT true FROM simulator_chargebacks WHERE external_id = $1"


class ChargebackToken(Enum):
    """Cards that are charged without ado."""

    AT_ONCE = "sim_chargeback"
    WARNING = "sim_chargeback_warning"


async def enter(books: asyncpg.Connection, token: str, charge_id: str, at: datetime) -> None:
    """The payer's bank will ask for this charge; for those of other cards it never does."""
    if token in {one.value for one in ChargebackToken}:
        await books.execute(_ENTER, f"{charge_id}_cb", charge_id, at + OPENED_AFTER)


async def changed_since(books: asyncpg.Connection, since: datetime, now: datetime) -> Sequence[ReportedChargeback]:
    """What was opened or has changed after `since`, as it stands now."""
    reported = [_reported(row, now) for row in await books.fetch(_OPENED, now)]
    return [one for one in reported if one.changed_at > since]


async def find(books: asyncpg.Connection, external_id: str, now: datetime) -> ReportedChargeback | NotFound:
    """One of them as it stands now."""
    reported = [_reported(row, now) for row in await books.fetch(_OPENED, now) if row["external_id"] == external_id]
    return reported[0] if reported else NotFound()


async def answer(books: asyncpg.Connection, said: ChargebackAnswer) -> Heard | NoAnswer:
    """Takes note of the first answer; every later one finds it taken."""
    await books.execute(_ANSWER, said.external_id, said.evidence, said.at)
    return Heard() if await books.fetchval(_IS_KNOWN, said.external_id) else NoAnswer(reason="no such chargeback")


async def total(books: asyncpg.Connection, currency: str, at: datetime) -> int:
    """What banks have taken back, and not returned, by an instant."""
    kept = (ReportedState.NEEDS_RESPONSE, ReportedState.UNDER_REVIEW, ReportedState.LOST)
    reported = [_reported(row, at) for row in await books.fetch(_OPENED, at)]
    return sum(one.amount.amount_minor for one in reported if one.state in kept and one.amount.currency == currency)


def _reported(row: asyncpg.Record, now: datetime) -> ReportedChargeback:
    taken_at = row["opened_at"]
    if row["token"] == ChargebackToken.WARNING.value:
        taken_at += WARNED_FOR
    due_at = taken_at + ANSWER_WITHIN
    state, changed_at = _standing(row, taken_at, due_at, now)
    return ReportedChargeback(
        external_id=row["external_id"],
        charge_key=row["key"],
        amount=Money(row["amount_minor"], row["currency"]),
        reason=_REASON,
        evidence_due_at=due_at,
        state=state,
        changed_at=changed_at,
    )


def _standing(
    row: asyncpg.Record, taken_at: datetime, due_at: datetime, now: datetime
) -> tuple[ReportedState, datetime]:
    """Where the bank is now, and since when."""
    refunded_at, answered_at = row["refunded_at"], row["answered_at"]
    if refunded_at is not None and refunded_at < taken_at:
        return ReportedState.PREVENTED, max(refunded_at, row["opened_at"])
    if now < taken_at:
        return ReportedState.WARNING, row["opened_at"]
    if answered_at is None or answered_at >= due_at:
        return (ReportedState.LOST, due_at) if now >= due_at else (ReportedState.NEEDS_RESPONSE, taken_at)
    if row["evidence"] is None:
        return ReportedState.LOST, answered_at
    if now < answered_at + REVIEWED_FOR:
        return ReportedState.UNDER_REVIEW, answered_at
    is_lost = UNCONVINCING in row["evidence"]
    return (ReportedState.LOST if is_lost else ReportedState.WON), answered_at + REVIEWED_FOR
