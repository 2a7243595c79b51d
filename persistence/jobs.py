"""Queries of jobs: the rows of outbox_reactions as operators read them and let them be tried again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.jobs import Job, JobStatus
from domain.permissions import Permission
from domain.system_status import JobCount
from persistence.tables.platform import outbox, outbox_reactions
from persistence.unit import Unit
from planner.edges import Batch, Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.STAFF_OPS) else false()


JOBS = Source(Job, outbox_reactions, visible_to)

_COLUMNS = outbox_reactions.c
LIST = Connection(
    JOBS,
    orders={"POSITION": _COLUMNS.position, "NEXT_AT": _COLUMNS.next_at},
    default_order=(("POSITION", True),),
    filters={
        "status": lambda values: _COLUMNS.status.in_(values),
        "kind": lambda kinds: _COLUMNS.reaction.in_(kinds),
    },
)


def _of_event(column: Column[Any]) -> Batch:
    """Something of the event that a job follows."""

    async def read(session: AsyncSession, viewer: Actor, jobs: Sequence[Job]) -> Mapping[UUID, Any]:
        positions = {job.position for job in jobs}
        rows = await session.execute(select(outbox.c.position, column).where(outbox.c.position.in_(positions)))
        found = {row.position: row[1] for row in rows}
        return {job.id: found.get(job.position) for job in jobs}

    return Batch(read)


EVENT_TYPE, REQUEST_ID = _of_event(outbox.c.type), _of_event(outbox.c.request_id)
SUBJECT_TYPE, SUBJECT_ID = _of_event(outbox.c.subject_type), _of_event(outbox.c.subject_id)


async def locked(db: Unit, job_id: UUID) -> Job:
    statement = select(Job).where(_COLUMNS.id == job_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "job", "jobId")


async def counts(session: AsyncSession) -> Sequence[JobCount]:
    """How many are not done, by kind and status."""
    open_ = select(_COLUMNS.reaction, _COLUMNS.status, func.count()).where(_COLUMNS.status != JobStatus.SUCCEEDED)
    grouped = open_.group_by(_COLUMNS.reaction, _COLUMNS.status).order_by(_COLUMNS.reaction, _COLUMNS.status)
    return [JobCount(*row) for row in await session.execute(grouped)]
