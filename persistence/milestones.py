"""Queries of milestones: who sees which, the locks of the verbs, and those whose time has come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.milestones import OPEN_STATES, Milestone, MilestoneStatus
from domain.projects import Project, ProjectStatus
from domain.tasks import Task
from persistence import projects as of_projects
from persistence.database import Database
from persistence.sides import visible_to_sides
from persistence.tables.projects import milestones, projects, tasks
from persistence.unit import Unit
from planner.edges import Many, One, Source, Within

visible_to = visible_to_sides(milestones)
# Both sides are those of the project, copied when it was made.
MILESTONES = Source(Milestone, milestones, Within(of_projects.PROJECTS, milestones, "project_id", visible_to))

OF_PROJECT = Many(MILESTONES, "project_id", "position")
PROJECT = One(of_projects.PROJECTS, "project_id")


async def for_change(db: Unit, milestone_id: UUID) -> tuple[Project, Milestone, Sequence[Task]]:
    """A visible milestone with its project and its tasks, locked in that order until the transaction ends."""
    visible = select(milestones.c.project_id).where(milestones.c.id == milestone_id, visible_to(db.by))
    return await locked(db, await db.require(visible, "milestone", "milestoneId"), milestone_id)


async def locked(db: Unit, project_id: UUID, milestone_id: UUID) -> tuple[Project, Milestone, Sequence[Task]]:
    project = await of_projects.locked(db, project_id)
    milestone = (
        await db.session.scalars(select(Milestone).where(milestones.c.id == milestone_id).with_for_update())
    ).one()
    parts = await db.session.scalars(
        select(Task).where(tasks.c.milestone_id == milestone_id).order_by(tasks.c.position).with_for_update()
    )
    return project, milestone, parts.all()


async def count_open(db: Unit, project_id: UUID) -> int:
    """How many milestones of a project are neither approved nor cancelled at this moment of the transaction."""
    still_open = milestones.c.project_id == project_id, milestones.c.status.in_(OPEN_STATES)
    return await db.session.scalar(select(func.count()).select_from(milestones).where(*still_open)) or 0


async def due_for_auto_approve(database: Database, now: datetime) -> Sequence[UUID]:
    """Milestones that silence approves by now, in the order in which they became due."""
    statement = (
        select(milestones.c.id)
        .join(projects, projects.c.id == milestones.c.project_id)
        .where(
            milestones.c.status == MilestoneStatus.SUBMITTED,
            milestones.c.auto_approve_at <= now,
            milestones.c.is_frozen.is_(False),
            projects.c.status == ProjectStatus.ACTIVE,
        )
        .order_by(milestones.c.auto_approve_at, milestones.c.id)
    )
    async with database.reader() as session:
        return (await session.scalars(statement)).all()
