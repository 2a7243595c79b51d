"""The hourly look at the books: what does not hold is told to staff, and the money it is about stands still."""

from datetime import datetime
from functools import partial

from domain.actors import SYSTEM
from persistence import integrity
from persistence.books import check_books
from persistence.database import Database
from persistence.unit import transact


async def look(database: Database, now: datetime) -> int:
    """Runs every rule once an hour; how many do not hold. Each broken rule is followed up on its own."""
    if not await transact(database, integrity.is_due, by=SYSTEM, at=now):
        return 0
    broken = await check_books(database, now)
    for check in broken:
        await transact(database, partial(integrity.follow_up, check), by=SYSTEM, at=now)
    return len(broken)
