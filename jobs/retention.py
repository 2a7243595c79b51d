"""Letting go of what is kept for a time only: events after 90 days."""

from datetime import datetime

from domain.actors import SYSTEM
from persistence.database import Database
from persistence.retention import delete_old_events
from persistence.unit import transact


async def forget_old_events(database: Database, now: datetime) -> int:
    """A thousand at a time. An event with an open reaction stays, and with it everything behind it."""
    return await transact(database, delete_old_events, by=SYSTEM, at=now)
