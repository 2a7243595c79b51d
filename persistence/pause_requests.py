"""Queries of pause requests."""

from uuid import UUID

from sqlalchemy import select

from domain.pause_requests import PauseRequest, PauseRequestStatus
from domain.projects import Project
from persistence import projects as of_projects
from persistence.sides import visible_to_sides
from persistence.tables.projects import pause_requests
from persistence.unit import Unit
from planner.edges import One, Source

PAUSE_REQUESTS = Source(PauseRequest, pause_requests, visible_to_sides(pause_requests))

PENDING = One(
    PAUSE_REQUESTS,
    "id",
    column="project_id",
    where=lambda: pause_requests.c.status == PauseRequestStatus.PENDING,
)
PROJECT = One(of_projects.PROJECTS, "project_id")


async def for_answer(db: Unit, project_id: UUID) -> tuple[Project, PauseRequest]:
    """A visible project and its newest pause request, both locked until the transaction ends."""
    project = await of_projects.for_change(db, project_id)
    newest = (
        select(PauseRequest)
        .where(pause_requests.c.project_id == project_id)
        .order_by(pause_requests.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    return project, await db.require(newest, "pause request", "projectId")
