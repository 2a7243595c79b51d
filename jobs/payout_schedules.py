"""Payouts that schedules ask for when their day has come."""

from datetime import datetime

from domain.actors import SYSTEM
from persistence import payout_schedules
from persistence.database import Database
from persistence.unit import Unit, transact

MOST = 100
"""How many schedules one run takes at most, so that the other timers get their turn."""


async def keep_due(database: Database, now: datetime) -> int:
    """Keeps the schedules whose day has come. Two workers never take the same one, and a day is kept once."""
    kept = 0
    while kept < MOST and await transact(database, _keep_one, by=SYSTEM, at=now):
        kept += 1
    return kept


async def _keep_one(db: Unit) -> bool:
    schedule = await payout_schedules.due(db)
    if schedule is None:
        return False
    await payout_schedules.keep(db, schedule)
    return True
