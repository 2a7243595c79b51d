"""Queries of scheduled runs: each time is entered once, and taken by one worker at a time."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, select, true
from sqlalchemy.dialects.postgresql import insert

from domain.actors import Actor
from domain.permissions import Permission
from domain.scheduled_runs import ScheduledRun, ScheduledRunStatus, scheduled
from persistence.tables.operations import scheduled_runs
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.STAFF_OPS) else false()


SCHEDULED_RUNS = Source(ScheduledRun, scheduled_runs, visible_to)

_COLUMNS = scheduled_runs.c
_NAMES = [column.name for column in scheduled_runs.columns]
LIST = Connection(
    SCHEDULED_RUNS,
    orders={"SCHEDULED_AT": _COLUMNS.scheduled_for},
    default_order=(("SCHEDULED_AT", True),),
    filters={
        "name": lambda names: _COLUMNS.name.in_(names),
        "status": lambda values: _COLUMNS.status.in_(values),
    },
)


async def enter(db: Unit, times: Mapping[str, datetime]) -> None:
    """Enters the runs of these times that nobody has entered yet."""
    runs = [scheduled(name, at, due_at=db.at) for name, at in times.items()]
    dates = {"version": 1, "created_at": db.at, "updated_at": db.at}
    rows = [{name: getattr(run, name, None) for name in _NAMES} | dates for run in runs]
    await db.session.execute(insert(scheduled_runs).values(rows).on_conflict_do_nothing())


async def due(db: Unit) -> ScheduledRun | None:
    """The one that waits for longest and that nobody runs."""
    waiting = select(ScheduledRun).where(_COLUMNS.next_at <= db.at).order_by(_COLUMNS.next_at, _COLUMNS.id).limit(1)
    return await db.session.scalar(waiting.with_for_update(skip_locked=True))


async def begun(db: Unit, run_id: UUID) -> ScheduledRun | None:
    """That run, locked, while it runs."""
    running = _COLUMNS.status == ScheduledRunStatus.RUNNING
    return await db.session.scalar(select(ScheduledRun).where(_COLUMNS.id == run_id, running).with_for_update())
