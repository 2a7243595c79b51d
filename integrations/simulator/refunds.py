"""The simulator's refunds: of what its own books say was charged, done the way the card's token says."""

from datetime import timedelta
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.provider_reports import LineKind
from integrations.decline_codes import DeclineCode
from integrations.payments import Asked, Declined, NoAnswer, NotFound, Refunded, RefundFinding, Refunding, UnderWay
from integrations.provider_events import SubjectKind
from integrations.simulator import chargebacks, charges
from integrations.simulator.books import Books, move
from integrations.simulator.chances import Lot, next_lot
from integrations.simulator.charges import ChargeState, Entry
from integrations.simulator.diary import Turn, note
from integrations.simulator.events import Subject, tell
from integrations.simulator.tokens import RefundFate

LATE = timedelta(hours=1)
TIMEOUT = NoAnswer(reason="timeout")

_LEFT = """
SELECT c.amount_minor - coalesce((
    SELECT sum(r.amount_minor) FROM simulator_refunds r WHERE r.charge_id = c.provider_id AND r.state <> 'DECLINED'
), 0) FROM simulator_charges c WHERE c.provider_id = $1
"""
_ENTER = """
INSERT INTO simulator_refunds
    (key, provider_id, charge_id, amount_minor, currency, state, decline_code, ordinal, at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
"""
_BY_KEY = "SELECT * FROM simulator_refunds WHERE key = $1"
_ARRIVE = """
UPDATE simulator_refunds SET state = 'REFUNDED', changed_at = $2
WHERE provider_id = $1 AND state = 'UNDER_WAY' RETURNING *
"""


class RefundState(Enum):
    """Where a refund is."""

    UNDER_WAY = "UNDER_WAY"
    REFUNDED = "REFUNDED"
    DECLINED = "DECLINED"


async def refund(books: Books, asked: Refunding) -> RefundFinding:
    """Enters a refund once per key; never more than is left of the charge, whoever asks at the same time."""
    charge = await charges.by_id(books, asked.charge_id)
    if charge is None or charge.state is not ChargeState.CHARGED:
        return Declined(code=DeclineCode.NOT_REFUNDABLE.name)
    known = await books.db.fetchrow(_BY_KEY, asked.key)
    if known is not None:
        return _found(known)
    lot = await next_lot(books.db, books.settings, "refund")
    fate = _fate(books, lot, charge)
    if fate is RefundFate.TIMEOUT_NOT_DONE:
        return TIMEOUT
    entered = await _enter(books, asked, charge, lot, fate)
    return TIMEOUT if fate is RefundFate.TIMEOUT_DONE else entered


async def find(books: Books, asked: Asked) -> RefundFinding:
    """What the books say of a refund."""
    row = await books.db.fetchrow(_BY_KEY, asked.key)
    return NotFound() if row is None else _found(row)


async def arrives(books: Books, provider_id: str) -> None:
    """The money is with the payer."""
    row = await books.db.fetchrow(_ARRIVE, provider_id, books.at)
    if row is not None:
        amount = Money(row["amount_minor"], row["currency"])
        await move(books, LineKind.REFUND, provider_id, row["key"], amount)
        await tell(
            books, _subject(provider_id, row["key"], Lot(books.settings.seed, "refund", row["ordinal"])), "succeeded"
        )


async def _enter(books: Books, asked: Refunding, charge: Entry, lot: Lot, fate: RefundFate) -> RefundFinding:
    left = await books.db.fetchval(_LEFT, charge.provider_id)
    fits = asked.amount.currency == charge.amount.currency and asked.amount.amount_minor <= left
    refused = not fits or fate is RefundFate.DECLINED
    state = RefundState.DECLINED if refused else RefundState.UNDER_WAY
    code = DeclineCode.NOT_REFUNDABLE.name if refused else None
    provider_id = f"sim_re_{asked.key.hex}"
    what = (charge.provider_id, asked.amount.amount_minor, asked.amount.currency, state.value, code, lot.ordinal)
    await books.db.execute(_ENTER, asked.key, provider_id, *what, books.at)
    if refused:
        await tell(books, _subject(provider_id, asked.key, lot), "failed")
        return Declined(code=DeclineCode.NOT_REFUNDABLE.name, provider_id=provider_id)
    await chargebacks.prevent(books, charge.provider_id)
    if fate is RefundFate.LATE:
        await note(books, Turn.REFUND_ARRIVES, provider_id, after=LATE)
        return UnderWay(provider_id=provider_id)
    await arrives(books, provider_id)
    return Refunded(provider_id=provider_id, amount=asked.amount)


def _fate(books: Books, lot: Lot, charge: Entry) -> RefundFate:
    if not charge.card.is_plain:
        return charge.card.refund
    if lot.comes("timeout before", books.settings.timeout_before_bps):
        return RefundFate.TIMEOUT_NOT_DONE
    return RefundFate.TIMEOUT_DONE if lot.comes("timeout after", books.settings.timeout_after_bps) else RefundFate.DONE


def _found(row: asyncpg.Record) -> RefundFinding:
    match RefundState(row["state"]):
        case RefundState.DECLINED:
            return Declined(code=row["decline_code"], provider_id=row["provider_id"])
        case RefundState.UNDER_WAY:
            return UnderWay(provider_id=row["provider_id"])
        case RefundState.REFUNDED:
            return Refunded(provider_id=row["provider_id"], amount=Money(row["amount_minor"], row["currency"]))


def _subject(provider_id: str, key: UUID, lot: Lot) -> Subject:
    return Subject(kind=SubjectKind.REFUND, provider_id=provider_id, key=key, lot=lot)
