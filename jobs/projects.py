"""Projects without anybody asking: activation as soon as nothing is missing, and the end of those that never were."""

from datetime import datetime

from domain.cancellation import LAPSES_AFTER
from domain.events import OutboxEvent
from jobs.one_by_one import each
from persistence import cancellation, projects
from persistence.database import Database


async def activate_ready(database: Database, now: datetime) -> int:
    """Activates the projects that wait for nothing any more (rule W9)."""
    return await each(database, await projects.due_for_activation(database), projects.activate_if_ready, now)


async def activate_at_once(database: Database, event: OutboxEvent, now: datetime) -> None:
    """A project came to be, its upfront was paid or its client can pay now: it need not wait for the timer."""
    await activate_ready(database, now)


async def cancel_lapsed(database: Database, now: datetime) -> int:
    """Cancels what nobody activated for 14 days."""
    due = await projects.due_for_lapse(database, now - LAPSES_AFTER)
    return await each(database, due, cancellation.cancel_lapsed, now)
