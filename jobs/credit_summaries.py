"""Summaries of credits: those of a month are published on the first of the next."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.credit_summaries import latest_due
from persistence import credit_summaries
from persistence.database import Database
from persistence.unit import Unit, transact


async def publish_due(database: Database, now: datetime) -> int:
    """Of the last month that is due, unless all of them are there; a batch of accounts in each transaction."""
    month, published = latest_due(now), 0
    async with database.reader() as session:
        if await credit_summaries.is_published(session, month):
            return 0

    async def work(db: Unit) -> int | None:
        return await credit_summaries.publish_next(db, month)

    while (done := await transact(database, work, by=SYSTEM, at=now)) is not None:
        published += done
    return published
