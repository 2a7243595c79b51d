"""The simulator's charges: from the call, or the payer's act, to where the money is taken or never will be."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Self
from uuid import UUID

import asyncpg

from domain.money import Money, share_of
from domain.provider_reports import LineKind
from integrations.decline_codes import DeclineCode
from integrations.provider_events import SubjectKind
from integrations.simulator.books import Books, move
from integrations.simulator.chances import Lot
from integrations.simulator.diary import Turn, note
from integrations.simulator.events import Subject, tell
from integrations.simulator.tokens import HOSTED, Bank, Card, Fate, card_of

HELD_FOR, HELD_SHORTLY = timedelta(days=30), timedelta(days=7)
"""How long reserved money stays reserved."""
PAYER_HAS = timedelta(hours=24)
SLOWLY = timedelta(minutes=5)
MIND_CHANGES_AFTER = timedelta(hours=1)
BANK_ASKS_AFTER = timedelta(days=1)
CARD_FEE_BPS, CARD_FEE_FLAT = 290, 30

_ENTER = """
INSERT INTO simulator_charges
    (key, provider_id, token, amount_minor, currency, is_manual, state, decline_code, fee_minor, ordinal, return_url,
    description, at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
"""
_BY_KEY = "SELECT * FROM simulator_charges WHERE key = $1 FOR UPDATE"
_BY_ID = "SELECT * FROM simulator_charges WHERE provider_id = $1 FOR UPDATE"
_CHANGE = """
UPDATE simulator_charges
SET state = $2, decline_code = $3, amount_minor = $4, currency = $5, fee_minor = $6, changed_at = $7
WHERE provider_id = $1
"""


class ChargeState(Enum):
    """Where a charge is."""

    UNDER_WAY = "UNDER_WAY"
    ACTION = "ACTION"
    AUTHORIZED = "AUTHORIZED"
    CHARGED = "CHARGED"
    DECLINED = "DECLINED"
    VOIDED = "VOIDED"


_TOLD_AS = {
    ChargeState.UNDER_WAY: "under_way",
    ChargeState.ACTION: "action_required",
    ChargeState.AUTHORIZED: "authorized",
    ChargeState.CHARGED: "succeeded",
    ChargeState.DECLINED: "failed",
    ChargeState.VOIDED: "voided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A charge as the books have it. `amount` is what was asked for or, once it was taken, what was taken."""

    key: UUID
    provider_id: str
    token: str
    amount: Money
    is_manual: bool
    state: ChargeState
    code: str | None
    fee_minor: int
    ordinal: int
    return_url: str
    description: str

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        plain = ("key", "provider_id", "token", "is_manual", "fee_minor", "ordinal", "return_url", "description")
        return cls(
            amount=Money(row["amount_minor"], row["currency"]),
            state=ChargeState(row["state"]),
            code=row["decline_code"],
            **{name: row[name] for name in plain},
        )

    @property
    def card(self) -> Card:
        """What was charged; what the payer chooses on the hosted page does as it says there."""
        return card_of(self.token) or Card(HOSTED, "is chosen by the payer", "", fate=Fate.ACTION)

    def lot(self, books: Books) -> Lot:
        return Lot(books.settings.seed, "charge", self.ordinal)


def provider_id_of(key: UUID) -> str:
    """What the simulator calls the charge with our key."""
    return f"sim_{key.hex}"


async def by_key(books: Books, key: UUID) -> Entry | None:
    """The charge with our key, locked until the end of the transaction."""
    row = await books.db.fetchrow(_BY_KEY, key)
    return None if row is None else Entry.of(row)


async def by_id(books: Books, provider_id: str) -> Entry | None:
    """The same by the simulator's own name for it."""
    row = await books.db.fetchrow(_BY_ID, provider_id)
    return None if row is None else Entry.of(row)


async def enter(books: Books, entry: Entry) -> Entry:
    """A new charge, which nothing has become of yet."""
    amount = entry.amount
    row = (entry.key, entry.provider_id, entry.token, amount.amount_minor, amount.currency, entry.is_manual)
    rest = (entry.state.value, entry.code, entry.fee_minor, entry.ordinal, entry.return_url, entry.description)
    await books.db.execute(_ENTER, *row, *rest, books.at)
    return entry


async def follow(books: Books, entry: Entry, fate: Fate, code: DeclineCode) -> Entry:
    """What becomes of a charge that has arrived."""
    match fate:
        case Fate.DECLINED:
            return await decline(books, entry, code)
        case Fate.ACTION:
            await note(books, Turn.CHARGE_LAPSES, entry.provider_id, after=PAYER_HAS)
            return await _become(books, entry, ChargeState.ACTION)
        case Fate.SLOW:
            await note(books, Turn.CHARGE_IS_TAKEN, entry.provider_id, after=SLOWLY)
            return await _become(books, entry, ChargeState.UNDER_WAY)
        case Fate.CHANGES_ITS_MIND:
            await note(books, Turn.CHARGE_FAILS, entry.provider_id, after=MIND_CHANGES_AFTER)
            return await _become(books, entry, ChargeState.UNDER_WAY)
        case _:
            return await accept(books, entry)


async def accept(books: Books, entry: Entry) -> Entry:
    """The bank says yes: the money is taken or, of a manual charge, reserved."""
    card = entry.card
    taken = Money(entry.amount.amount_minor + card.takes_more, card.takes or entry.amount.currency)
    if not entry.is_manual:
        return await take(books, entry, taken)
    held_for = HELD_SHORTLY if card.lapses_soon else HELD_FOR
    await note(books, Turn.CHARGE_LAPSES, entry.provider_id, after=held_for)
    return await _become(books, entry, ChargeState.AUTHORIZED)


async def take(books: Books, entry: Entry, taken: Money) -> Entry:
    """The money has come in."""
    fee = _fee(books, entry.card, taken)
    await move(books, LineKind.CHARGE, entry.provider_id, entry.key, taken, fee_minor=fee)
    if entry.card.bank is not Bank.CONTENT:
        await note(books, Turn.BANK_ASKS, entry.provider_id, after=BANK_ASKS_AFTER)
    return await _become(books, replace(entry, amount=taken, fee_minor=fee), ChargeState.CHARGED)


async def decline(books: Books, entry: Entry, code: DeclineCode) -> Entry:
    return await _become(books, replace(entry, code=code.name), ChargeState.DECLINED)


async def give_up(books: Books, entry: Entry) -> Entry:
    """Nothing was taken and nothing will be."""
    return await _become(books, entry, ChargeState.VOIDED)


async def act(books: Books, entry: Entry, *, confirms: bool) -> Entry | None:
    """What the payer does on the page, or somebody in their place; None where nothing is asked of them any more."""
    if entry.state is not ChargeState.ACTION:
        return None
    if confirms:
        return await accept(books, entry)
    return await decline(books, entry, DeclineCode.AUTHENTICATION_FAILED)


async def is_taken_at_last(books: Books, provider_id: str) -> None:
    """A slow charge arrives."""
    entry = await by_id(books, provider_id)
    if entry is not None and entry.state is ChargeState.UNDER_WAY:
        await accept(books, entry)


async def fails_at_last(books: Books, provider_id: str) -> None:
    """What looked well is declined after all."""
    entry = await by_id(books, provider_id)
    if entry is not None and entry.state is ChargeState.UNDER_WAY:
        await decline(books, entry, DeclineCode.PROVIDER_REFUSED)


async def lapses(books: Books, provider_id: str) -> None:
    """The payer has not come back, or nobody has captured what was reserved."""
    entry = await by_id(books, provider_id)
    if entry is not None and entry.state in (ChargeState.ACTION, ChargeState.AUTHORIZED):
        await give_up(books, entry)


async def _become(books: Books, entry: Entry, state: ChargeState) -> Entry:
    entry = replace(entry, state=state)
    money = (entry.amount.amount_minor, entry.amount.currency, entry.fee_minor)
    await books.db.execute(_CHANGE, entry.provider_id, state.value, entry.code, *money, books.at)
    await tell(books, subject_of(books, entry), _TOLD_AS[state])
    return entry


def subject_of(books: Books, entry: Entry) -> Subject:
    return Subject(
        kind=SubjectKind.CHARGE,
        provider_id=entry.provider_id,
        key=entry.key,
        lot=entry.lot(books),
        courier=entry.card.courier,
    )


def _fee(books: Books, card: Card, taken: Money) -> int:
    bps, flat = books.settings.fee_bps, books.settings.fee_flat_minor
    if card.has_fee:
        bps, flat = CARD_FEE_BPS, CARD_FEE_FLAT
    return min(taken.amount_minor, share_of(taken.amount_minor, bps) + flat)
