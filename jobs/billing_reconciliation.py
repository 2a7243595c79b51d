"""Reconciling subscriptions: each is compared with how it stands at who bills it, and what differs is asked for."""

import asyncio
import logging
import time
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.billing_reconciliations import ReconciliationRun
from domain.events import OutboxEvent
from domain.reconciliation_findings import Compared, Difference, ReconciliationFindingKind
from domain.refusals import Refused
from jobs.reconciled_objects import Thing, listed
from persistence import reconciliation_runs
from persistence.database import Database
from persistence.unit import Unit, transact

SECONDS = 30
"""How long one turn goes on: it is one among other timers' turns, and the next goes on after the last object."""
SECONDS_EACH = 60

log = logging.getLogger(__name__)


async def reconcile(database: Database, now: datetime) -> int:
    """Starts the runs of this night and works on one that nobody works on; how many there were to do."""
    started = await transact(database, reconciliation_runs.start_due, by=SYSTEM, at=now)
    return len(started) + await _work_on(database, None, now)


async def reconcile_catalogue(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Works on a new run at once; the timer finds whatever this leaves."""
    await _work_on(database, event.subject_id, now)


async def _work_on(database: Database, run_id: UUID | None, now: datetime) -> int:
    """One run, for a while. Whoever dies over it leaves a lease that lapses, and it goes on where it was."""
    run = await transact(database, lambda db: reconciliation_runs.claim(db, run_id), by=SYSTEM, at=now)
    if run is None:
        return 0
    try:
        await _work(database, run, now)
    except Refused as refused:
        # Nobody answers which objects there are: without that list nothing can be said about the rest.
        reason = str(refused)
        await transact(database, lambda db: _fail(db, run.id, reason), by=SYSTEM, at=now)
    return 1


async def _work(database: Database, run: ReconciliationRun, now: datetime) -> None:
    end = time.monotonic() + SECONDS
    for stage in run.stages_left:
        done = run.cursor if stage is run.stage else None
        for thing in await listed(database, run, stage, now):
            if done is not None and thing.cursor <= done:
                continue
            if time.monotonic() >= end:
                await transact(database, lambda db: _rest(db, run.id), by=SYSTEM, at=now)
                return
            await _compare(database, run, thing, now)
        await transact(database, lambda db: reconciliation_runs.leave_stage(db, run.id), by=SYSTEM, at=now)


async def _compare(database: Database, run: ReconciliationRun, thing: Thing, now: datetime) -> None:
    """One that fails is recorded and holds up no other."""
    try:
        async with asyncio.timeout(SECONDS_EACH):
            compared = await thing.compare(database, run, now)
    except Exception as error:
        log.warning("%s %s could not be compared", thing.subject_type, thing.subject_key, exc_info=error)
        compared = _not_compared(thing, error)
    if compared is not None:
        await transact(
            database, lambda db: reconciliation_runs.note(db, run.id, compared, thing.cursor), by=SYSTEM, at=now
        )


def _not_compared(thing: Thing, error: Exception) -> Compared:
    why = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: the log has the details."
    failed = Difference(kind=ReconciliationFindingKind.NOT_COMPARED, local="unknown", remote=why)
    return Compared(subject_type=thing.subject_type, subject_key=thing.subject_key, differences=(failed,))


async def _rest(db: Unit, run_id: UUID) -> None:
    (await reconciliation_runs.locked(db, run_id)).rest(at=db.at)


async def _fail(db: Unit, run_id: UUID, reason: str) -> None:
    (await reconciliation_runs.locked(db, run_id)).fail(reason, at=db.at)
