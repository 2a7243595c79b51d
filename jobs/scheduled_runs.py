"""What runs at set times: each time is one row, which one worker takes, and another one if that has gone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from domain.actors import SYSTEM
from domain.scheduled_runs import SCHEDULE, ScheduledRun
from persistence import scheduled_runs
from persistence.database import Database
from persistence.unit import Unit, transact

RUN_SECONDS = 240
"""Less than a run's lease, so that nobody else takes it up meanwhile."""

Jobs = Mapping[str, Callable[[Database, datetime], Awaitable[int]]]
Entered = dict[str, datetime]
"""The last time of each that this worker knows to be entered."""

log = logging.getLogger(__name__)


async def keep(database: Database, jobs: Jobs, entered: Entered, now: datetime) -> int:
    """Enters the times that have come, and runs what waits; how many runs that were."""
    times = {name: at for name in jobs if (at := SCHEDULE[name].latest(now)) != entered.get(name)}
    if times:
        await transact(database, lambda db: scheduled_runs.enter(db, times), by=SYSTEM, at=now)
        entered.update(times)
    runs = 0
    while (run := await transact(database, _take, by=SYSTEM, at=now)) is not None:
        await _run(database, jobs, run, now)
        runs += 1
    return runs


async def _take(db: Unit) -> ScheduledRun | None:
    run = await scheduled_runs.due(db)
    if run is not None:
        run.begin(at=db.at)
    return run


async def _run(database: Database, jobs: Jobs, run: ScheduledRun, now: datetime) -> None:
    """Until nothing is left that was due by then."""
    handled, error = 0, None
    try:
        async with asyncio.timeout(RUN_SECONDS):
            while done := await jobs[run.name](database, now):
                handled += done
    except Exception as failure:
        log.exception("the scheduled run %s of %s failed", run.name, run.scheduled_for)
        error = f"{type(failure).__name__}: {failure}"

    async def note(db: Unit) -> None:
        held = await scheduled_runs.begun(db, run.id)
        if held is None or not held.is_held_by(run.attempts):
            return
        if error is None:
            held.succeed(handled, at=db.at)
        else:
            held.fail(error, at=db.at)

    await transact(database, note, by=SYSTEM, at=now)
