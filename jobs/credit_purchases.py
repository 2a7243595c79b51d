"""Purchases of credits that nobody has paid within their hour, and what is owed for credits that were spent."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from jobs.one_by_one import each
from persistence import credit_clawbacks, credit_purchases
from persistence.database import Database
from persistence.unit import Unit, transact


async def expire(database: Database, now: datetime) -> int:
    """Ends them, and gives back the codes that they were begun with."""
    return await each(database, await credit_purchases.due_to_expire(database, now), credit_purchases.expire, now)


async def settle_shortfall(database: Database, event: OutboxEvent, now: datetime) -> None:
    """A debt has become smaller: once nothing is owed for credits any more, their account may be unfrozen."""

    async def settle(db: Unit) -> None:
        for organization_id in event.organization_ids:
            await credit_clawbacks.settle_shortfall(db, organization_id)

    await transact(database, settle, by=SYSTEM, at=now)
