"""Approvals that nobody has decided in time."""

from datetime import datetime

from jobs.one_by_one import each
from persistence import approval_requests, approved_commands
from persistence.database import Database


async def lapse(database: Database, now: datetime) -> int:
    """Ends what has waited for 72 hours; its subject goes back to where it was."""
    return await each(database, await approval_requests.due_to_lapse(database, now), approved_commands.lapse, now)
