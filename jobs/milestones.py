"""Timers of milestones: the silence that counts as consent."""

from datetime import datetime

from jobs.one_by_one import each
from persistence import approval, milestones
from persistence.database import Database


async def auto_approve(database: Database, now: datetime) -> int:
    """Approves the submitted milestones that the client has not answered in time, in the order they became due."""
    return await each(database, await milestones.due_for_auto_approve(database, now), approval.approve_when_due, now)
