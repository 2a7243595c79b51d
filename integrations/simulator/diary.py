"""The simulator's diary: what will happen by itself, and when."""

from datetime import timedelta
from enum import Enum

from integrations.simulator.books import Books

_NOTE = "INSERT INTO simulator_diary (due_at, turn, subject) VALUES ($1, $2, $3)"


class Turn(Enum):
    """What happens to the object that an entry names, if it is still where it was."""

    CHARGE_IS_TAKEN = "charge is taken"
    CHARGE_FAILS = "charge fails"
    CHARGE_LAPSES = "charge lapses"
    BANK_ASKS = "bank asks"
    BANK_TAKES = "bank takes"
    EVIDENCE_IS_DUE = "evidence is due"
    BANK_DECIDES = "bank decides"
    REFUND_ARRIVES = "refund arrives"
    PAYOUT_ARRIVES = "payout arrives"
    PAYOUT_COMES_BACK = "payout comes back"


async def note(books: Books, turn: Turn, subject: str, *, after: timedelta) -> None:
    """Something will happen, so long after the instant of the books."""
    await books.db.execute(_NOTE, books.at + after, turn.value, subject)
