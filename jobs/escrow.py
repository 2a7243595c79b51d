"""Timers of held money: the releases that waited for a day to come."""

from datetime import datetime

from jobs.one_by_one import each
from persistence import escrow_holds, escrow_releases
from persistence.database import Database


async def release_due(database: Database, now: datetime) -> int:
    """Releases what a policy kept back until now, in the order in which it became due."""
    return await each(database, await escrow_holds.due_for_release(database, now), escrow_releases.release_waiting, now)
