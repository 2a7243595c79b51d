"""Scheduled runs: what has run at set times, and running it now."""

from domain.refusals import invalid
from domain.scheduled_runs import SCHEDULE, scheduled
from persistence import scheduled_runs
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST = scheduled_runs.LIST


async def run_scheduled(db: Unit, *, name: str) -> Changed:
    """Enters a run of this moment, which the next free worker takes."""
    if name not in SCHEDULE:
        raise invalid(f"Nothing of that name runs at set times. There are: {', '.join(sorted(SCHEDULE))}.", "name")
    run = scheduled(name, db.at, due_at=db.at, asked_by_id=db.by.user_id)
    db.add(run)
    return Changed(run=run)
