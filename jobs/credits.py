"""Credits whose time is over: holds that nobody ended, lots that expire, and those that soon will."""

from datetime import datetime

from jobs.one_by_one import each
from persistence import credit_accounts, credit_lots, credit_transactions
from persistence.database import Database


async def end_holds(database: Database, now: datetime) -> int:
    """What was set aside for longer than was said is free again."""
    return await each(database, await credit_transactions.due_holds(database, now), credit_transactions.lapse, now)


async def expire_lots(database: Database, now: datetime) -> int:
    """What remains of lots whose time is over is gone, whether or not anybody looks."""
    return await each(database, await credit_lots.owners_of_expired(database, now), credit_accounts.expire, now)


async def tell_of_expiring(database: Database, now: datetime) -> int:
    """Owners are told a week before, where it is worth it."""
    return await each(database, await credit_lots.expiring(database, now), credit_lots.tell_of_expiring, now)
