"""The simulator's payouts: what the method's token says or, where it says nothing special, what chance brings."""

from datetime import timedelta
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.provider_reports import LineKind
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    Asked,
    CameBack,
    Declined,
    NoAnswer,
    NotFound,
    PaidOut,
    PayingOut,
    PayoutFinding,
    UnderWay,
)
from integrations.provider_events import SubjectKind
from integrations.simulator.books import Books, move
from integrations.simulator.chances import Lot, next_lot
from integrations.simulator.diary import Turn, note
from integrations.simulator.events import Subject, tell
from integrations.simulator.tokens import PayoutToken

LATE_AFTER, RETURNED_AFTER = timedelta(hours=1), timedelta(days=2)
TIMEOUT = NoAnswer(reason="timeout")

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_BY_KEY = "SELECT * FROM simulator_payouts WHERE key = $1"
_ENTER = """
INSERT INTO simulator_payouts
    (key, provider_id, token, amount_minor, currency, state, decline_code, ordinal, at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING *
"""
_BECOME = """
UPDATE simulator_payouts SET state = $3, changed_at = $4 WHERE provider_id = $1 AND state = $2 RETURNING *
"""


class PayoutState(Enum):
    """Where a payout is."""

    UNDER_WAY = "UNDER_WAY"
    PAID = "PAID"
    RETURNED = "RETURNED"
    DECLINED = "DECLINED"


async def pay_out(books: Books, asked: PayingOut) -> PayoutFinding:
    """Once per key, however many ask at the same time."""
    await books.db.execute(_ONE_AT_A_TIME, str(asked.key))
    known = await books.db.fetchrow(_BY_KEY, asked.key)
    if known is not None:
        return _found(known)
    if asked.method_token not in {known.value for known in PayoutToken}:
        return Declined(code=DeclineCode.METHOD_UNUSABLE.name)
    lot = await next_lot(books.db, books.settings, "payout")
    token = _token(books, lot, PayoutToken(asked.method_token))
    if token is PayoutToken.TIMEOUT_NOT_PAID:
        return TIMEOUT
    row = await _enter(books, asked, token, lot)
    return TIMEOUT if token is PayoutToken.TIMEOUT_PAID else _found(row)


async def find(books: Books, asked: Asked) -> PayoutFinding:
    """What the books say of a payout."""
    row = await books.db.fetchrow(_BY_KEY, asked.key)
    return NotFound() if row is None else _found(row)


async def arrives(books: Books, provider_id: str) -> asyncpg.Record | None:
    """The money is at the payee's bank."""
    row = await _become(books, provider_id, PayoutState.UNDER_WAY, PayoutState.PAID)
    if row is not None:
        await move(books, LineKind.PAYOUT, provider_id, row["key"], _amount(row))
        await tell(books, _subject(books, row), "paid")
    return row


async def comes_back(books: Books, provider_id: str) -> bool:
    """The payee's bank gives it back; False where it has not arrived or has come back already."""
    row = await _become(books, provider_id, PayoutState.PAID, PayoutState.RETURNED)
    if row is not None:
        await move(books, LineKind.PAYOUT_RETURNED, provider_id, row["key"], _amount(row))
        await tell(books, _subject(books, row), "returned")
    return row is not None


def provider_id_of(key: UUID) -> str:
    """What the simulator calls the payout with our key."""
    return f"simout_{key.hex}"


async def _enter(books: Books, asked: PayingOut, token: PayoutToken, lot: Lot) -> asyncpg.Record:
    refused = token is PayoutToken.DECLINE
    state, code = (PayoutState.DECLINED, DeclineCode.METHOD_UNUSABLE.name) if refused else (PayoutState.UNDER_WAY, None)
    provider_id = provider_id_of(asked.key)
    what = (token.value, asked.amount.amount_minor, asked.amount.currency, state.value, code, lot.ordinal)
    row = await books.db.fetchrow(_ENTER, asked.key, provider_id, *what, books.at)
    if refused:
        await tell(books, _subject(books, row), "failed")
        return row
    if token is PayoutToken.LATE:
        await note(books, Turn.PAYOUT_ARRIVES, provider_id, after=LATE_AFTER)
        return row
    if token is PayoutToken.RETURNED:
        await note(books, Turn.PAYOUT_COMES_BACK, provider_id, after=RETURNED_AFTER)
    return await arrives(books, provider_id)


def _token(books: Books, lot: Lot, token: PayoutToken) -> PayoutToken:
    if token is not PayoutToken.OK:
        return token
    chances = (
        ("timeout before", books.settings.timeout_before_bps, PayoutToken.TIMEOUT_NOT_PAID),
        ("timeout after", books.settings.timeout_after_bps, PayoutToken.TIMEOUT_PAID),
        ("late", books.settings.late_payout_bps, PayoutToken.LATE),
    )
    return next((forced for name, bps, forced in chances if lot.comes(name, bps)), token)


async def _become(books: Books, provider_id: str, before: PayoutState, after: PayoutState) -> asyncpg.Record | None:
    return await books.db.fetchrow(_BECOME, provider_id, before.value, after.value, books.at)


def _found(row: asyncpg.Record) -> PayoutFinding:
    match PayoutState(row["state"]):
        case PayoutState.DECLINED:
            return Declined(code=row["decline_code"], provider_id=row["provider_id"])
        case PayoutState.UNDER_WAY:
            return UnderWay(provider_id=row["provider_id"])
        case PayoutState.RETURNED:
            return CameBack(code=DeclineCode.ACCOUNT_CLOSED.name)
        case PayoutState.PAID:
            return PaidOut(provider_id=row["provider_id"], amount=_amount(row))


def _amount(row: asyncpg.Record) -> Money:
    return Money(row["amount_minor"], row["currency"])


def _subject(books: Books, row: asyncpg.Record) -> Subject:
    lot = Lot(books.settings.seed, "payout", row["ordinal"])
    return Subject(kind=SubjectKind.PAYOUT, provider_id=row["provider_id"], key=row["key"], lot=lot)
