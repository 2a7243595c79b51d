"""Usage in time: closing what periods have used, a day after they are over."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from jobs.one_by_one import each
from persistence import usage_closings
from persistence.database import Database
from persistence.unit import Unit, transact


async def close_periods(database: Database, now: datetime) -> int:
    """Each in a transaction of its own: what it came to waits for the next charge of its subscription."""
    return await each(database, await transact(database, usage_closings.due, by=SYSTEM, at=now), _close, now)


async def _close(db: Unit, period_id: UUID) -> bool:
    return await usage_closings.close(db, period_id)
