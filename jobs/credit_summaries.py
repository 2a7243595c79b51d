"""Summaries of credits: those of a month are published on the first of the next."""

from datetime import date, datetime

from domain.actors import SYSTEM
from domain.credit_summaries import months_due
from persistence import credit_summaries
from persistence.database import Database
from persistence.unit import Unit, transact


async def publish_due(database: Database, now: datetime) -> int:
    """Of all months that are due and not there yet, one after the other: those that nobody was up for as well."""
    async with database.reader() as session:
        last = await credit_summaries.last_published(session)
    published = 0
    for month in months_due(last, now):
        published += await _publish(database, month, now)
        async with database.reader() as session:
            if not await credit_summaries.is_published(session, month):
                break
    return published


async def _publish(database: Database, month: date, now: datetime) -> int:
    """A batch of accounts in each transaction; nothing while somebody else does it."""

    async def work(db: Unit) -> int | None:
        return await credit_summaries.publish_next(db, month)

    published = 0
    while (done := await transact(database, work, by=SYSTEM, at=now)) is not None:
        published += done
    return published
