"""What is owed in credits that were paid for, by month: one statement over lots and movements."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from domain.billing_metrics import instants_of
from domain.credit_liabilities import Changes
from domain.credit_transactions import CreditTransactionType
from persistence.database import Database

_CHANGES = Path(__file__).with_suffix(".sql").read_text()


async def changes(database: Database, currency: str, months: Sequence[date]) -> list[Changes]:
    """What all the time before them has changed, then each of the months."""
    found: list[Changes] = [Changes() for _ in range(len(months) + 1)]
    for month, type_, minor in await database.fetch(_CHANGES, [instants_of(months), currency]):
        found[month][CreditTransactionType(type_)] = int(minor)
    return found
