"""The simulator's chargebacks: cards whose bank asks for the money back a day after it was taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from domain.money import Money
from domain.provider_reports import LineKind
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback, ReportedState
from integrations.payments import NoAnswer, NotFound
from integrations.provider_events import SubjectKind
from integrations.simulator import charges
from integrations.simulator.books import Books, move
from integrations.simulator.chances import Lot
from integrations.simulator.charges import Entry
from integrations.simulator.diary import Turn, note
from integrations.simulator.events import Subject, tell
from integrations.simulator.tokens import Bank

WARNED_FOR = timedelta(days=2)
ANSWER_WITHIN = timedelta(days=7)
REVIEWED_FOR = timedelta(days=3)
UNCONVINCING = "sim_unconvincing"
"""Evidence with this word in it loses; any other wins."""
FRAUDULENT = "FRAUDULENT"

_ENTER = """
INSERT INTO simulator_chargebacks
    (external_id, charge_id, charge_key, amount_minor, currency, reason, state, evidence_due_at, opened_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING RETURNING *
"""
_BY_ID = "SELECT * FROM simulator_chargebacks WHERE external_id = $1"
_CHANGED = """
SELECT * FROM simulator_chargebacks WHERE changed_at > $1 AND changed_at <= $2 ORDER BY changed_at, external_id
"""
_WARNING = "SELECT external_id FROM simulator_chargebacks WHERE charge_id = $1 AND state = 'WARNING'"
_BECOME = """
UPDATE simulator_chargebacks SET state = $3, changed_at = $4 WHERE external_id = $1 AND state = ANY($2) RETURNING *
"""
_SAY = "UPDATE simulator_chargebacks SET evidence = $2 WHERE external_id = $1"
_IS_REFUNDED = "SELECT true FROM simulator_refunds WHERE charge_id = $1 AND state <> 'DECLINED' LIMIT 1"

_S = ReportedState


async def bank_asks(books: Books, charge_id: str) -> None:
    """The payer's bank asks for a charge, as its card says."""
    charge = await charges.by_id(books, charge_id)
    if charge is not None:
        is_warning = charge.card.bank is Bank.ASKS_FIRST
        await open_one(books, charge, f"{charge_id}_cb", charge.amount, reason=FRAUDULENT, is_warning=is_warning)


async def open_one(
    books: Books, charge: Entry, external_id: str, amount: Money, *, reason: str, is_warning: bool
) -> bool:
    """Opens a chargeback; one of a charge that was refunded before is prevented. False where it exists already."""
    is_prevented = bool(await books.db.fetchval(_IS_REFUNDED, charge.provider_id))
    waits = is_warning or is_prevented
    due_at = books.at + ANSWER_WITHIN + (WARNED_FOR if is_warning else timedelta())
    what = (charge.provider_id, charge.key, amount.amount_minor, amount.currency, reason, _S.WARNING.value)
    row = await books.db.fetchrow(_ENTER, external_id, *what, due_at, books.at)
    if row is None:
        return False
    await tell(books, _subject(books, row), "opened")
    if is_prevented:
        await _become(books, external_id, (_S.WARNING,), _S.PREVENTED)
    elif waits:
        await note(books, Turn.BANK_TAKES, external_id, after=WARNED_FOR)
    else:
        await bank_takes(books, external_id)
    return True


async def bank_takes(books: Books, external_id: str) -> None:
    """The bank takes the money and waits for evidence."""
    row = await _become(books, external_id, (_S.WARNING,), _S.NEEDS_RESPONSE)
    if row is not None:
        await move(books, LineKind.CHARGEBACK, external_id, row["charge_key"], _amount(row))
        await note(books, Turn.EVIDENCE_IS_DUE, external_id, after=row["evidence_due_at"] - books.at)


async def prevent(books: Books, charge_id: str) -> None:
    """A refund comes before the bank has taken anything."""
    for row in await books.db.fetch(_WARNING, charge_id):
        await _become(books, row["external_id"], (_S.WARNING,), _S.PREVENTED)


async def evidence_is_due(books: Books, external_id: str) -> None:
    """Nobody has said anything in time."""
    await _become(books, external_id, (_S.NEEDS_RESPONSE,), _S.LOST)


async def answer(books: Books, said: ChargebackAnswer) -> Heard | NoAnswer:
    """Takes note of the first answer; every later one finds it taken, or comes too late."""
    row = await books.db.fetchrow(_BY_ID, said.external_id)
    if row is None:
        return NoAnswer(reason="no such chargeback")
    after = _S.LOST if said.evidence is None else _S.UNDER_REVIEW
    row = await _become(books, said.external_id, (_S.NEEDS_RESPONSE,), after)
    if row is not None and said.evidence is not None:
        await books.db.execute(_SAY, said.external_id, said.evidence)
        await note(books, Turn.BANK_DECIDES, said.external_id, after=REVIEWED_FOR)
    return Heard()


async def bank_decides(books: Books, external_id: str) -> None:
    """By the evidence."""
    row = await books.db.fetchrow(_BY_ID, external_id)
    if row is not None:
        await decide(books, external_id, is_won=UNCONVINCING not in (row["evidence"] or UNCONVINCING))


async def decide(books: Books, external_id: str, *, is_won: bool) -> bool:
    """Ends it; False where there is nothing to decide any more, or nothing was taken yet."""
    after = _S.WON if is_won else _S.LOST
    row = await _become(books, external_id, (_S.NEEDS_RESPONSE, _S.UNDER_REVIEW), after)
    if row is not None and is_won:
        await move(books, LineKind.CHARGEBACK_WON, external_id, row["charge_key"], _amount(row))
    return row is not None


async def changed_since(books: Books, since: datetime) -> Sequence[ReportedChargeback]:
    """What was opened or has changed after `since`, as it stands at the instant of the books."""
    return [_reported(row) for row in await books.db.fetch(_CHANGED, since, books.at)]


async def find(books: Books, external_id: str) -> ReportedChargeback | NotFound:
    row = await books.db.fetchrow(_BY_ID, external_id)
    return NotFound() if row is None else _reported(row)


async def _become(
    books: Books, external_id: str, before: Sequence[ReportedState], after: ReportedState
) -> asyncpg.Record | None:
    states = [state.value for state in before]
    row = await books.db.fetchrow(_BECOME, external_id, states, after.value, books.at)
    if row is not None:
        await tell(books, _subject(books, row), after.value.lower())
    return row


def _reported(row: asyncpg.Record) -> ReportedChargeback:
    return ReportedChargeback(
        external_id=row["external_id"],
        charge_key=row["charge_key"],
        amount=_amount(row),
        reason=row["reason"],
        evidence_due_at=row["evidence_due_at"],
        state=ReportedState(row["state"]),
        changed_at=row["changed_at"],
    )


def _amount(row: asyncpg.Record) -> Money:
    return Money(row["amount_minor"], row["currency"])


def _subject(books: Books, row: asyncpg.Record) -> Subject:
    """Told by its own name: our key is that of the charge."""
    lot = Lot(books.settings.seed, f"chargeback of {row['external_id']}", 0)
    return Subject(kind=SubjectKind.CHARGEBACK, provider_id=row["external_id"], key=None, lot=lot)
