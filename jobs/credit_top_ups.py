"""Credits that are bought by themselves once a balance is low, and what follows when that fails."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.events import OutboxEvent
from domain.refusals import Refused
from persistence import credit_top_ups
from persistence.database import Database
from persistence.unit import Unit, transact


async def top_up(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credit_account.top_up_due. What is not sold any more counts as a failure."""
    async with database.reader() as session:
        owner_id: UUID = (await session.get_one(CreditAccount, event.subject_id)).organization_id

    async def buy(db: Unit) -> None:
        await credit_top_ups.buy_if_due(db, owner_id)

    async def count(db: Unit) -> None:
        await credit_top_ups.count_failure(db, owner_id, event.id)

    try:
        await transact(database, buy, by=SYSTEM, at=now)
    except Refused:
        await transact(database, count, by=SYSTEM, at=now)


async def count_outcome(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credit_purchase.paid, .failed and .expired."""

    async def count(db: Unit) -> None:
        await credit_top_ups.count_outcome(db, event.subject_id)

    await transact(database, count, by=SYSTEM, at=now)
