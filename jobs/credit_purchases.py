"""Purchases of credits that nobody has paid within their hour."""

from datetime import datetime

from jobs.one_by_one import each
from persistence import credit_purchases
from persistence.database import Database


async def expire(database: Database, now: datetime) -> int:
    """Ends them, and gives back the codes that they were begun with."""
    return await each(database, await credit_purchases.due_to_expire(database, now), credit_purchases.expire, now)
