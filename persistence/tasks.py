"""Queries of tasks: who sees which, the locks of the verbs, and everybody's own list."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, false, or_, select

from domain.refusals import not_found
from domain.task_work import Work
from domain.tasks import Task
from persistence import milestones as of_milestones
from persistence.projects import PROJECTS, due_or_never
from persistence.sides import visible_to_sides
from persistence.tables.projects import projects, tasks
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source, Within

visible_to = visible_to_sides(tasks)
# Both sides are those of the milestone, copied when it was made.
TASKS = Source(Task, tasks, Within(of_milestones.MILESTONES, tasks, "milestone_id", visible_to))

OF_MILESTONE = Many(TASKS, "milestone_id", "position")
MILESTONE = One(of_milestones.MILESTONES, "milestone_id")
PROJECT = One(PROJECTS, "project_id")
APPROVER = One(USERS, "approved_by")


def _mine(viewer: Any) -> Condition:
    """Tasks assigned to the viewer, and those nobody is assigned to in projects of whose team the viewer is."""
    me = viewer.membership_id
    if me is None:
        return false()
    in_team = exists().where(projects.c.id == tasks.c.project_id, projects.c.team.contains([me]))
    return or_(tasks.c.assignee_id == me, and_(tasks.c.assignee_id.is_(None), in_team))


MINE = Connection(
    TASKS,
    orders={"CREATED_AT": tasks.c.created_at, "TITLE": tasks.c.title, "DUE_ON": due_or_never(tasks.c.due_on)},
    default_order=(("DUE_ON", False),),
    filters={
        "status": lambda values: tasks.c.status.in_(values),
        "due_from": lambda day: tasks.c.due_on >= day,
        "due_to": lambda day: tasks.c.due_on <= day,
    },
    where=_mine,
)


async def for_work(db: Unit, task_id: UUID, expected_version: int | None = None) -> Work:
    """A visible task with its project, its milestone and the milestone's tasks, locked in that order."""
    seen = (
        await db.session.execute(
            select(tasks.c.project_id, tasks.c.milestone_id).where(tasks.c.id == task_id, visible_to(db.by))
        )
    ).one_or_none()
    if seen is None:
        raise not_found("task", "taskId")
    project, milestone, siblings = await of_milestones.locked(db, seen.project_id, seen.milestone_id)
    task = next(one for one in siblings if one.id == task_id)
    task.require_version(expected_version)
    return Work(project=project, milestone=milestone, task=task, tasks=siblings)
